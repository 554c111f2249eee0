package io.quantfleet.quantizer.evaluate;

import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelDescription;

/** Sums up how closely a model's scores follow FP32's, batch by batch. For use by one thread. */
public final class FidelityMeter {
    /** More than this is no difference. */
    private static final double LARGEST_RATIO = 1e7;

    private final LabelledSamples samples;
    private final int width;
    private final int places;
    private final OutputComparison outputs;
    private double divergence;
    private double rootDivergence;
    private int lost;
    private int agreed;
    private int count;

    /** @param description how many scores there are for a sample */
    public FidelityMeter(LabelledSamples samples, ModelDescription description) {
        this.samples = samples;
        this.width = description.scores();
        this.places = description.places();
        this.outputs = new OutputComparison(samples.size() * places);
    }

    /**
     * Adds some consecutive samples.
     *
     * @param first the first sample's number
     * @param fp32 FP32's scores, sample by sample
     * @param actual the other model's
     */
    public void add(int first, int samplesHere, float[] fp32, float[] actual) {
        for (int i = 0; i < samplesHere; i++) {
            int[] targets = samples.targets(first + i);
            for (int place = 0; place < places; place++) {
                if (targets[place] != LabelledSamples.NO_TARGET) {
                    add((first + i) * places + place, targets[place], fp32, actual, (i * places + place) * width);
                }
            }
        }
    }

    private void add(int place, int target, float[] fp32, float[] actual, int offset) {
        outputs.add(place, fp32, actual, offset, width);
        double apart = Divergence.of(fp32, actual, offset, width);
        divergence += apart;
        rootDivergence += Math.sqrt(apart);
        int reference = OutputComparison.largest(fp32, offset, width);
        int chosen = outputs.chosen().of(place);
        agreed += reference == chosen ? 1 : 0;
        lost += (reference == target ? 1 : 0) - (chosen == target ? 1 : 0);
        count++;
    }

    /** The sum of what was added: at least one sample. */
    public Fidelity fidelity() {
        return new Fidelity(
                outputs.sqnrDb(),
                divergence / count,
                closenessDb(),
                (double) agreed / count,
                100.0 * lost / count,
                count);
    }

    private double closenessDb() {
        double amplitude = outputs.amplitudeRatio();
        double root = rootDivergence / count;
        if (!Double.isFinite(root) || Double.isNaN(amplitude)) {
            return Double.NEGATIVE_INFINITY;
        }
        return 10 * Math.log10(Math.min(LARGEST_RATIO, amplitude) / Math.max(root, 1 / LARGEST_RATIO));
    }
}
