package io.quantfleet.quantizer.evaluate;

import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelDescription;

/** The right answers of a data set, place by place, read once. */
final class Targets {
    private final int places;
    private final int[] all;

    Targets(LabelledSamples samples, ModelDescription description) {
        this.places = description.places();
        this.all = new int[Math.multiplyExact(samples.size(), places)];
        for (int sample = 0; sample < samples.size(); sample++) {
            System.arraycopy(samples.targets(sample), 0, all, sample * places, places);
        }
    }

    /** How many places there are, of all samples together. */
    int size() {
        return all.length;
    }

    /** How many places a sample has. */
    int places() {
        return places;
    }

    /** The right answer at a place, or {@link LabelledSamples#NO_TARGET}. */
    int of(int place) {
        return all[place];
    }

    /** How many places have a right answer. */
    int answers() {
        int count = 0;
        for (int target : all) {
            count += target == LabelledSamples.NO_TARGET ? 0 : 1;
        }
        return count;
    }
}
