package io.quantfleet.quantizer.evaluate;

/** Compares a variant's scores with FP32's as they come, keeping nothing but sums and choices. */
final class OutputComparison {
    private final Predictions chosen;
    private double signal;
    private double noise;
    private double signalAmplitude;
    private double noiseAmplitude;
    private int unusable;

    /** @param places how many places with scores there are, of all samples together */
    OutputComparison(int places) {
        this.chosen = new Predictions(new int[places]);
    }

    /** Adds one place: {@code width} scores of each model, from {@code offset} on. */
    void add(int place, float[] fp32, float[] variant, int offset, int width) {
        chosen.set(place, largest(variant, offset, width));
        boolean finite = true;
        double signalHere = 0;
        double noiseHere = 0;
        for (int i = offset; i < offset + width; i++) {
            double difference = fp32[i] - (double) variant[i];
            signalHere += (double) fp32[i] * fp32[i];
            noiseHere += difference * difference;
            finite &= Float.isFinite(variant[i]);
        }
        signal += signalHere;
        noise += noiseHere;
        signalAmplitude += Math.sqrt(signalHere);
        noiseAmplitude += Math.sqrt(noiseHere);
        unusable += finite ? 0 : 1;
    }

    /** The first of the largest scores; a score that is not a number is never the largest. */
    static int largest(float[] scores, int offset, int width) {
        int best = 0;
        for (int i = 1; i < width; i++) {
            float champion = scores[offset + best];
            if (scores[offset + i] > champion || Float.isNaN(champion)) {
                best = i;
            }
        }
        return best;
    }

    double sqnrDb() {
        return 10 * Math.log10(signal / noise);
    }

    /** The mean amplitude of a sample's output over that of the difference; infinite where there is none. */
    double amplitudeRatio() {
        return signalAmplitude / noiseAmplitude;
    }

    int unusable() {
        return unusable;
    }

    Predictions chosen() {
        return chosen;
    }
}
