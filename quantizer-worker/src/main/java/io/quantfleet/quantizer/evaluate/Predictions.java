package io.quantfleet.quantizer.evaluate;

import io.quantfleet.quantizer.dataset.LabelledSamples;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** The class that a model chose at each place of a data set: for each sample, or for each token of a sample. */
public final class Predictions {
    private final int[] classes;

    /** Takes over the array. */
    Predictions(int[] classes) {
        this.classes = classes;
    }

    /** How many places. */
    public int size() {
        return classes.length;
    }

    /** The class chosen at a place: an index into the description's labels, or a token. */
    public int of(int place) {
        return classes[place];
    }

    void set(int place, int chosen) {
        classes[place] = chosen;
    }

    /** The fraction of the places of these samples, of those with a right answer, for which the choice is right. */
    public double accuracy(LabelledSamples samples, IntStream which) {
        return which.boxed()
                .flatMapToDouble(sample -> {
                    int[] targets = samples.targets(sample);
                    return IntStream.range(0, targets.length)
                            .filter(place -> targets[place] != LabelledSamples.NO_TARGET)
                            .mapToDouble(place -> of(sample * targets.length + place) == targets[place] ? 1 : 0);
                })
                .average()
                .orElseThrow();
    }

    /** The fraction of all places with a right answer for which the choice is right. */
    double accuracy(Targets targets) {
        return share(targets, place -> of(place) == targets.of(place));
    }

    /** The fraction of all places with a right answer for which both choose the same. */
    double agreement(Predictions other, Targets targets) {
        return share(targets, place -> of(place) == other.of(place));
    }

    private static double share(Targets targets, IntPredicate counted) {
        return IntStream.range(0, targets.size())
                .filter(place -> targets.of(place) != LabelledSamples.NO_TARGET)
                .mapToDouble(place -> counted.test(place) ? 1 : 0)
                .average()
                .orElseThrow();
    }
}
