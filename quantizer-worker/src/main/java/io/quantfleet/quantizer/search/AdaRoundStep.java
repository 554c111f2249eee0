package io.quantfleet.quantizer.search;

import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.dataset.SampleSubset;
import io.quantfleet.quantizer.rounding.AdaRound;
import io.quantfleet.quantizer.technique.Finding;
import java.time.Duration;
import java.util.Comparator;
import java.util.Locale;

/** Learns which way each weight of the best variant is rounded, from calibration samples without their labels. */
record AdaRoundStep(Workbench workbench, Duration time, long seed, ProgressListener listener) implements Step {
    /** Samples that activations are taken from; of each, many places are. */
    private static final int SAMPLES = 128;

    @Override
    public Technique technique() {
        return Technique.ADAROUND;
    }

    @Override
    public void enter(Contest contest) {
        Candidate best = contest.best();
        AdaRound.Learned learned = new AdaRound(
                        best.calibration().prepared(),
                        SampleSubset.spread(workbench.setting().calibration(), SAMPLES),
                        AdaRound.Settings.usual(time, seed),
                        listener)
                .learn(best.quantized().model(), best.recipe().greatestWeight());
        if (learned.weights().isEmpty()) {
            return;
        }
        contest.challenge(AdaRound.NAME, workbench.rounded(best, technique(), finding(learned), learned.weights()));
    }

    private static Finding finding(AdaRound.Learned learned) {
        AdaRound.Gain most = learned.gains().stream()
                .max(Comparator.comparingDouble(AdaRoundStep::decibels))
                .orElseThrow();
        double mean = learned.gains().stream()
                .mapToDouble(AdaRoundStep::decibels)
                .average()
                .orElse(0);
        return new Finding(
                AdaRound.NAME,
                most.layer(),
                String.format(
                        Locale.ROOT,
                        "the rounding of %s layers was learned: the noise of a layer's output fell by %.1f dB on average,"
                                + " and most here, from %.1f to %.1f dB below the signal, with %.0f %% of the weights"
                                + " rounded away from the nearest integer",
                        BlockStep.ofAll(learned.gains().size(), learned.layers()),
                        mean,
                        most.roundedDb(),
                        most.learnedDb(),
                        100.0 * most.turned() / most.weights()));
    }

    private static double decibels(AdaRound.Gain gain) {
        return Math.max(0, gain.learnedDb() - gain.roundedDb());
    }
}
