package io.quantfleet.protocols.delta;

import io.quantfleet.protocols.artifact.Layout;
import io.quantfleet.protocols.v1.DeltaSpan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Which bytes of one artifact correspond to which of another: tensors of the same name and size, what stands before
 * such tensors, and the ends. A longer header or a new layer therefore shifts nothing.
 */
final class Alignment {
    private final Map<String, Layout.Tensor> tensors;
    private final List<Layout.Tensor> to;
    private final long fromSize;
    private final long toSize;
    private final List<DeltaSpan> spans = new ArrayList<>();
    private long done;
    private long fromDone;

    private Alignment(Layout from, long fromSize, Layout to, long toSize) {
        this.tensors = from.tensors().stream()
                .collect(Collectors.toMap(Layout.Tensor::name, tensor -> tensor, (first, second) -> first));
        this.to = to.tensors();
        this.fromSize = fromSize;
        this.toSize = toSize;
    }

    /** Spans that make up the second artifact, each with its counterpart of the same size in the first, or none. */
    static List<DeltaSpan> of(Layout from, long fromSize, Layout to, long toSize) {
        Alignment alignment = new Alignment(from, fromSize, to, toSize);
        alignment.align();
        return alignment.spans;
    }

    private void align() {
        for (Layout.Tensor tensor : to) {
            Optional<Layout.Tensor> counterpart = Optional.ofNullable(tensors.get(tensor.name()))
                    .filter(candidate -> candidate.size() == tensor.size() && tensor.size() > 0)
                    .filter(candidate -> candidate.offset() + candidate.size() <= fromSize)
                    .filter(candidate -> tensor.offset() >= done && tensor.offset() + tensor.size() <= toSize);
            if (counterpart.isPresent()) {
                between(tensor.offset(), counterpart.get().offset());
                add(tensor.size(), Optional.of(counterpart.get().offset()));
                fromDone = counterpart.get().offset() + counterpart.get().size();
            }
        }
        between(toSize, fromSize);
    }

    /** What lies before a tensor: alike at the beginning and the end as far as both reach, new between. */
    private void between(long end, long fromEnd) {
        long size = end - done;
        long available = fromEnd - fromDone;
        if (available <= 0) {
            add(size, Optional.empty());
        } else if (available == size) {
            add(size, Optional.of(fromDone));
        } else {
            long tail = Math.min(size, available);
            add(size - tail, Optional.empty());
            add(tail, Optional.of(fromEnd - tail));
        }
    }

    /** Adds a span, as a part of the one before where it goes on with the same shift. */
    private void add(long size, Optional<Long> from) {
        if (size == 0) {
            return;
        }
        done += size;
        DeltaSpan.Builder span = DeltaSpan.newBuilder().setSize(size);
        from.ifPresent(offset -> span.setFromOffset(offset).setFromSize(size));
        if (!spans.isEmpty()) {
            DeltaSpan last = spans.get(spans.size() - 1);
            boolean both = last.getFromSize() > 0 && from.isPresent();
            boolean neither = last.getFromSize() == 0 && from.isEmpty();
            if (neither || (both && last.getFromOffset() + last.getFromSize() == span.getFromOffset())) {
                spans.set(
                        spans.size() - 1,
                        last.toBuilder()
                                .setSize(last.getSize() + size)
                                .setFromSize(last.getFromSize() + span.getFromSize())
                                .build());
                return;
            }
        }
        spans.add(span.build());
    }
}
