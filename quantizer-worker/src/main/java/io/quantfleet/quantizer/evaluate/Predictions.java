package io.quantfleet.quantizer.evaluate;

import io.quantfleet.quantizer.dataset.LabelledSamples;
import java.util.stream.IntStream;

/** The class that a model chose for each sample of a data set. */
public final class Predictions {
    private final int[] classes;

    /** Takes over the array. */
    Predictions(int[] classes) {
        this.classes = classes;
    }

    /** How many samples. */
    public int size() {
        return classes.length;
    }

    /** The class chosen for a sample: an index into the description's labels. */
    public int of(int sample) {
        return classes[sample];
    }

    void set(int sample, int chosen) {
        classes[sample] = chosen;
    }

    /** The fraction of these samples for which the choice is right. */
    public double accuracy(LabelledSamples samples, IntStream which) {
        return which.mapToDouble(sample -> of(sample) == samples.label(sample) ? 1 : 0)
                .average()
                .orElseThrow();
    }

    /** The fraction of all samples for which the choice is right. */
    double accuracy(LabelledSamples samples) {
        return accuracy(samples, IntStream.range(0, size()));
    }

    /** The fraction of all samples for which both choose the same. */
    double agreement(Predictions other) {
        return IntStream.range(0, size())
                .mapToDouble(sample -> of(sample) == other.of(sample) ? 1 : 0)
                .average()
                .orElseThrow();
    }
}
