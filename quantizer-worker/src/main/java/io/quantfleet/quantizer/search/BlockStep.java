package io.quantfleet.quantizer.search;

import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.dataset.SampleSubset;
import io.quantfleet.quantizer.technique.Finding;
import io.quantfleet.quantizer.train.block.BlockReconstruction;
import java.time.Duration;
import java.util.Comparator;
import java.util.Locale;

/** Learns the rounding of a block's layers together, from calibration samples without their labels. */
record BlockStep(Workbench workbench, Duration time, long seed, ProgressListener listener) implements Step {
    /** Samples that activations are taken from. */
    private static final int SAMPLES = 192;

    @Override
    public Technique technique() {
        return Technique.BLOCK_RECONSTRUCTION;
    }

    @Override
    public void enter(Contest contest) {
        Candidate best = contest.best();
        BlockReconstruction.Learned learned = new BlockReconstruction(
                        best.calibration().prepared(),
                        SampleSubset.spread(workbench.setting().calibration(), SAMPLES),
                        BlockReconstruction.Settings.usual(time, seed),
                        listener)
                .learn(best.quantized().model(), best.recipe().greatestWeight());
        if (learned.weights().isEmpty()) {
            return;
        }
        contest.challenge(
                BlockReconstruction.NAME, workbench.rounded(best, technique(), finding(learned), learned.weights()));
    }

    /** How many of all, where the time was not enough for all. */
    static String ofAll(int count, int all) {
        return count == all ? String.valueOf(count) : "the first " + count + " of " + all + ", which the time ended,";
    }

    private static Finding finding(BlockReconstruction.Learned learned) {
        BlockReconstruction.Gain most = learned.gains().stream()
                .max(Comparator.comparingDouble(BlockReconstruction.Gain::decibels))
                .orElseThrow();
        double mean = learned.gains().stream()
                .mapToDouble(gain -> Math.max(0, gain.decibels()))
                .average()
                .orElse(0);
        return new Finding(
                BlockReconstruction.NAME,
                most.block(),
                String.format(
                        Locale.ROOT,
                        "the rounding of %d layers was learned in %s blocks: the error of what a block gives fell by %.1f dB"
                                + " on average, and most here, by %.1f dB",
                        learned.weights().size(),
                        ofAll(learned.gains().size(), learned.blocks()),
                        mean,
                        most.decibels()));
    }
}
