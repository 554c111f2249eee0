package io.quantfleet.quantizer.dataset;

import java.nio.ByteBuffer;
import java.util.stream.IntStream;

/** Some samples of a data set, which stays open when this is closed. */
public final class SampleSubset implements LabelledSamples {
    private final LabelledSamples all;
    private final int[] numbers;

    /** @param numbers which samples, at least one */
    public SampleSubset(LabelledSamples all, int... numbers) {
        if (numbers.length == 0) {
            throw new IllegalArgumentException("a subset has at least one sample");
        }
        this.all = all;
        this.numbers = numbers.clone();
    }

    /** Samples spread evenly over a data set: all of them, or as many as are wanted. */
    public static SampleSubset spread(LabelledSamples all, int wanted) {
        int count = Math.min(wanted, all.size());
        return new SampleSubset(
                all,
                IntStream.range(0, count)
                        .map(i -> (int) ((long) i * all.size() / count))
                        .toArray());
    }

    @Override
    public int size() {
        return numbers.length;
    }

    @Override
    public int label(int sample) {
        return all.label(numbers[sample]);
    }

    @Override
    public int[] targets(int sample) {
        return all.targets(numbers[sample]);
    }

    @Override
    public String name(int sample) {
        return all.name(numbers[sample]);
    }

    @Override
    public byte[] compact(int sample, String inputName) {
        return all.compact(numbers[sample], inputName);
    }

    @Override
    public void fill(int sample, String inputName, ByteBuffer target) {
        all.fill(numbers[sample], inputName, target);
    }

    @Override
    public void close() {
        // Whoever opened the whole data set closes it.
    }
}
