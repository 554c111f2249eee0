package io.quantfleet.quantizer.form;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.runtime.Batch;
import io.quantfleet.quantizer.runtime.HostTensor;
import io.quantfleet.quantizer.runtime.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Calibration samples with tensors that part of a model computed of them, which lie on disk. The file has no name once it is
 * open, so that nothing of it is left however the process ends. For use by one thread; closing it gives the disk back.
 */
final class SpilledSamples implements SampleSource, AutoCloseable {
    private final SampleSource samples;
    private final FileChannel channel;
    private final Map<String, Column> columns = new LinkedHashMap<>();
    private long end;

    /** Where the values of a tensor begin, and what one sample takes. */
    private record Column(TensorSpec spec, long offset, int sampleBytes) {
        long at(int sample) {
            return offset + (long) sample * sampleBytes;
        }
    }

    /**
     * Begins without tensors.
     *
     * @param samples what the model takes
     * @param folder where there is room
     */
    SpilledSamples(SampleSource samples, Path folder) {
        this.samples = samples;
        try {
            this.channel = FileChannel.open(
                    folder.resolve(".spilled-" + UUID.randomUUID()),
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.DELETE_ON_CLOSE);
        } catch (IOException e) {
            throw failed("written", e);
        }
    }

    /**
     * Writes what a run gave of some samples.
     *
     * @param first the number of the first sample
     * @throws Uneven if not every sample has a part of a tensor, of the same size
     */
    void put(Batch batch, int first, int count, List<String> tensors) {
        int rows = batch.fixed() ? batch.capacity() : count;
        for (String name : tensors) {
            HostTensor values = batch.output(name);
            Column column = columns.computeIfAbsent(name, missing -> column(missing, values, rows, batch.fixed()));
            if (!fits(values, rows, column)) {
                throw uneven(name, values, rows);
            }
            write(values.data().slice(0, count * column.sampleBytes()), column.at(first));
        }
    }

    private Column column(String name, HostTensor values, int rows, boolean fixed) {
        if (values.shape().isEmpty() || values.shape().get(0) != rows) {
            throw uneven(name, values, rows);
        }
        List<Long> shape = new ArrayList<>(values.shape());
        shape.set(0, fixed ? rows : TensorSpec.DYNAMIC);
        int sampleBytes = values.data().limit() / rows;
        Column column = new Column(new TensorSpec(name, values.type(), shape), end, sampleBytes);
        end += (long) sampleBytes * samples.size();
        return column;
    }

    private static boolean fits(HostTensor values, int rows, Column column) {
        return values.type() == column.spec().type()
                && values.shape().get(0) == rows
                && values.shape()
                        .subList(1, values.shape().size())
                        .equals(column.spec().sampleShape());
    }

    private static Uneven uneven(String name, HostTensor values, int rows) {
        return new Uneven("its tensor " + name + ", but that has the dimensions " + values.shape() + " for " + rows
                + " samples, not the same for each");
    }

    /** A tensor can't be kept by samples. */
    static final class Uneven extends RuntimeException {
        private static final long serialVersionUID = 1;

        Uneven(String message) {
            super(message);
        }

        /** What whoever has no other way says. */
        QuantizerException refused() {
            return new QuantizerException(
                    ReasonCode.QUANTIZATION_FAILED,
                    "the model is larger than memory and was cut at " + getMessage()
                            + ": quantize by weight-only-int4, which runs nothing",
                    this);
        }
    }

    private void write(ByteBuffer data, long position) {
        try {
            for (long next = position; data.hasRemaining(); ) {
                next += channel.write(data, next);
            }
        } catch (IOException e) {
            throw failed("written", e);
        }
    }

    /** The tensors that were written. */
    List<TensorSpec> tensors() {
        return columns.values().stream().map(Column::spec).toList();
    }

    @Override
    public int size() {
        return samples.size();
    }

    @Override
    public void fill(int sample, String inputName, ByteBuffer target) {
        Column column = columns.get(inputName);
        if (column == null) {
            samples.fill(sample, inputName, target);
            return;
        }
        ByteBuffer place = target.slice(target.position(), column.sampleBytes());
        try {
            for (long next = column.at(sample); place.hasRemaining(); ) {
                int count = channel.read(place, next);
                if (count < 0) {
                    throw new IOException("it became shorter");
                }
                next += count;
            }
        } catch (IOException e) {
            throw failed("read", e);
        }
        target.position(target.position() + column.sampleBytes());
    }

    private static QuantizerException failed(String what, IOException e) {
        return new QuantizerException(
                ReasonCode.STORAGE_FAILED,
                "what the model computes of the calibration samples can't be " + what + ": " + e.getMessage()
                        + "; make room beside the output, or give fewer --calibration-samples",
                e);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw failed("removed", e);
        }
    }
}
