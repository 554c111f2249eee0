package io.quantfleet.agent.serve;

import io.quantfleet.protocols.v1.ProbeSet;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The right answers of a probe set, counted from 0: one for each sample, or for each token of a language model's samples whose
 * next one is known. Immutable.
 */
public final class ProbeAnswers {
    private static final int UNKNOWN = -1;

    private final ProbeSet probeSet;
    private final int places;
    /** Where each answer stands among the labels of all places. */
    private final int[] indexes;

    private ProbeAnswers(ProbeSet probeSet, int places, int[] indexes) {
        this.probeSet = probeSet;
        this.places = places;
        this.indexes = indexes;
    }

    /** @throws ModelException if there are not as many labels as places, or none is known */
    public static ProbeAnswers of(ProbeSet probeSet) {
        int places = Math.max(1, probeSet.getPlaces());
        if (probeSet.getSamples() <= 0 || probeSet.getLabelsCount() != (long) probeSet.getSamples() * places) {
            throw new ModelException("the probe set has " + probeSet.getSamples() + " samples"
                    + (places > 1 ? " of " + places + " tokens" : "") + " and " + probeSet.getLabelsCount()
                    + " labels; it needs at least one, and as many");
        }
        int[] known = IntStream.range(0, probeSet.getLabelsCount())
                .filter(index -> probeSet.getLabels(index) != UNKNOWN)
                .toArray();
        if (known.length == 0) {
            throw new ModelException("no answer is known in the probe set");
        }
        return new ProbeAnswers(probeSet, places, known);
    }

    /** How many samples the answers belong to. */
    public int samples() {
        return probeSet.getSamples();
    }

    /** How many answers there are; at least one. */
    public int count() {
        return indexes.length;
    }

    /** The right class, or the token that comes next. */
    public int label(int answer) {
        return probeSet.getLabels(indexes[answer]);
    }

    /** The sample that an answer belongs to. */
    public int sample(int answer) {
        return indexes[answer] / places;
    }

    /** Where in its sample an answer stands. */
    public int place(int answer) {
        return indexes[answer] % places;
    }

    /** How many places of a sample have scores of their own. */
    public int places() {
        return places;
    }

    /** Whether the answers are tokens: the probe set is a language model's. */
    public boolean areTokens() {
        return places > 1;
    }

    /** The answers of a sample, in the order of their places; none if none is known. */
    public IntStream of(int sample) {
        return IntStream.range(firstFrom(sample * places), firstFrom((sample + 1) * places));
    }

    private int firstFrom(int index) {
        int found = Arrays.binarySearch(indexes, index);
        return found < 0 ? -found - 1 : found;
    }
}
