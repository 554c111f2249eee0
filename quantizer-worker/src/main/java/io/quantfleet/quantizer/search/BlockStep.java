package io.quantfleet.quantizer.search;

import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.dataset.SampleSubset;
import io.quantfleet.quantizer.quantize.LearnedWeight;
import io.quantfleet.quantizer.technique.Finding;
import io.quantfleet.quantizer.train.block.BlockReconstruction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

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
        List<Finding> findings = new ArrayList<>(best.findings());
        findings.add(finding(learned));
        Map<String, LearnedWeight> weights = new LinkedHashMap<>(best.recipe().learned());
        weights.putAll(learned.weights());
        contest.challenge(
                BlockReconstruction.NAME,
                workbench.make(
                        best.techniquesAnd(BlockReconstruction.NAME),
                        findings,
                        best.calibration(),
                        best.recipe().withLearned(weights)));
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
                        "the rounding of %d layers was learned in %d blocks: the error of what a block gives fell by %.1f dB"
                                + " on average, and most here, by %.1f dB",
                        learned.weights().size(),
                        learned.gains().size(),
                        mean,
                        most.decibels()));
    }
}
