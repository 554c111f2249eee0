package io.quantfleet.quantizer;

import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelDescription;
import io.quantfleet.quantizer.dataset.ModelInput;
import io.quantfleet.quantizer.dataset.SampleSubset;
import java.util.stream.IntStream;

/**
 * The calibration samples of a request in two parts: most find ranges, every third is held out to choose variants by. A
 * set too small for that serves both ends as a whole.
 *
 * @param ranges samples to find ranges with
 * @param heldOut samples to choose by
 */
record SampleSplit(LabelledSamples ranges, LabelledSamples heldOut) {
    private static final int EVERY = 3;
    private static final int FEWEST = 40;
    private static final long HELD_OUT_BYTES = 256L << 20;

    static SampleSplit of(LabelledSamples calibration, int wanted, ModelDescription description) {
        LabelledSamples used = SampleSubset.spread(calibration, wanted);
        long sampleBytes =
                description.inputs().stream().mapToLong(ModelInput::sampleBytes).sum()
                        + (long) description.places() * description.scores() * Float.BYTES;
        int most = (int) Math.max(1, HELD_OUT_BYTES / sampleBytes);
        if (used.size() < FEWEST) {
            return new SampleSplit(used, SampleSubset.spread(used, most));
        }
        int[] kept = IntStream.range(0, used.size())
                .filter(i -> i % EVERY != EVERY - 1)
                .toArray();
        int[] heldOut = IntStream.range(0, used.size())
                .filter(i -> i % EVERY == EVERY - 1)
                .toArray();
        return new SampleSplit(
                new SampleSubset(used, kept), SampleSubset.spread(new SampleSubset(used, heldOut), most));
    }
}
