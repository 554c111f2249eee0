package io.quantfleet.protocols.delta;

import io.quantfleet.protocols.v1.DeltaSpan;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts an artifact into spans that fit a decoder's memory, each with the part of the other artifact that is most like
 * it: around the counterparts that an {@link Alignment} found.
 */
final class DictionarySpans {
    private DictionarySpans() {}

    static List<DeltaSpan> of(List<DeltaSpan> aligned, long fromSize) {
        long toSize = aligned.stream().mapToLong(DeltaSpan::getSize).sum();
        long count = Math.max(1, (toSize + DeltaDecoder.MAX_SPAN_BYTES - 1) / DeltaDecoder.MAX_SPAN_BYTES);
        long each = (toSize + count - 1) / count;
        List<DeltaSpan> spans = new ArrayList<>();
        for (long start = 0; start < toSize; start += each) {
            long size = Math.min(each, toSize - start);
            long middle = counterpart(aligned, start + size / 2, fromSize, toSize);
            long length = Math.min(DeltaDecoder.MAX_SPAN_BYTES, fromSize);
            long offset = Math.max(0, Math.min(middle - length / 2, fromSize - length));
            spans.add(DeltaSpan.newBuilder()
                    .setSize(size)
                    .setFromOffset(offset)
                    .setFromSize(length)
                    .build());
        }
        return spans;
    }

    /** The offset in the first artifact that corresponds to one in the second, as well as is known. */
    private static long counterpart(List<DeltaSpan> aligned, long offset, long fromSize, long toSize) {
        long at = 0;
        for (DeltaSpan span : aligned) {
            if (offset < at + span.getSize() && span.getFromSize() > 0) {
                return span.getFromOffset() + Math.max(0, offset - at);
            }
            at += span.getSize();
        }
        return (long) ((double) offset / toSize * fromSize);
    }
}
