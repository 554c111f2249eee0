package io.quantfleet.quantizer.calibration;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** Statistics as bytes. Of histograms, runs of empty bins take a few bytes only. Stateless. */
final class StatisticsFile {
    private static final int BINS = 2 * Histogram.HALF;

    private StatisticsFile() {}

    static byte[] write(CalibrationStatistics statistics) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(new GZIPOutputStream(bytes))) {
            out.writeInt(statistics.tensors().size());
            for (String tensor : statistics.tensors()) {
                out.writeUTF(tensor);
                write(out, statistics.of(tensor));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static CalibrationStatistics read(byte[] bytes) throws IOException {
        Map<String, TensorStatistics> tensors = new LinkedHashMap<>();
        try (DataInputStream in = new DataInputStream(new GZIPInputStream(new ByteArrayInputStream(bytes)))) {
            int count = in.readInt();
            for (int i = 0; i < count; i++) {
                String tensor = in.readUTF();
                tensors.put(tensor, read(in));
            }
        }
        return new CalibrationStatistics(tensors);
    }

    private static void write(DataOutputStream out, TensorStatistics seen) throws IOException {
        write(out, seen.range());
        out.writeBoolean(seen.movingAverage().isPresent());
        if (seen.movingAverage().isPresent()) {
            write(out, seen.movingAverage().get());
        }
        out.writeBoolean(seen.histogram().isPresent());
        if (seen.histogram().isPresent()) {
            Histogram histogram = seen.histogram().get();
            out.writeDouble(histogram.width());
            for (int bin = histogram.firstBin(); bin < histogram.endBin(); bin++) {
                out.writeLong(histogram.count(bin));
            }
        }
        out.writeInt(seen.channelMeans().map(ChannelMeans::channels).orElse(-1));
        if (seen.channelMeans().isPresent()) {
            for (int i = 0; i < seen.channelMeans().get().channels(); i++) {
                out.writeDouble(seen.channelMeans().get().mean(i));
            }
        }
    }

    private static TensorStatistics read(DataInputStream in) throws IOException {
        Range range = range(in);
        Optional<Range> movingAverage = in.readBoolean() ? Optional.of(range(in)) : Optional.empty();
        Optional<Histogram> histogram = Optional.empty();
        if (in.readBoolean()) {
            double width = in.readDouble();
            long[] counts = new long[BINS];
            for (int i = 0; i < BINS; i++) {
                counts[i] = in.readLong();
            }
            histogram = Optional.of(new Histogram(width, counts));
        }
        Optional<ChannelMeans> channelMeans = Optional.empty();
        int channels = in.readInt();
        if (channels >= 0) {
            double[] means = new double[channels];
            for (int i = 0; i < channels; i++) {
                means[i] = in.readDouble();
            }
            channelMeans = Optional.of(new ChannelMeans(means));
        }
        return new TensorStatistics(range, movingAverage, histogram, channelMeans);
    }

    private static void write(DataOutputStream out, Range range) throws IOException {
        out.writeFloat(range.min());
        out.writeFloat(range.max());
    }

    private static Range range(DataInputStream in) throws IOException {
        float min = in.readFloat();
        return new Range(min, in.readFloat());
    }
}
