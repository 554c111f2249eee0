package io.quantfleet.quantizer.search;

import java.util.ArrayList;
import java.util.List;

/** Variants in a contest: each challenges the best so far, and all are written down. For use by one thread. */
final class Contest {
    private final boolean forced;
    private final List<Entry> entries = new ArrayList<>();
    private Candidate best;
    /** The entry of the best; -1 while that is still the one that reigned. */
    private int winner = -1;

    private record Entry(String name, Candidate candidate) {}

    /**
     * Opens a contest.
     *
     * @param reigning the best so far
     * @param forced whether the first challenger wins whatever it is, because it was asked for
     */
    Contest(Candidate reigning, boolean forced) {
        this.best = reigning;
        this.forced = forced;
    }

    /** Lets a variant challenge the best. */
    boolean challenge(String name, Candidate challenger) {
        entries.add(new Entry(name, challenger));
        boolean wins = (forced && !changed()) || challenger.heldOut().clearlyBetterThan(best.heldOut());
        if (wins) {
            best = challenger;
            winner = entries.size() - 1;
        }
        return wins;
    }

    /** Writes down a variant that does not challenge the best. */
    void note(String name, Candidate candidate) {
        entries.add(new Entry(name, candidate));
    }

    /** Makes one of the variants written down the best, or leaves the reigning one. */
    void choose(Candidate candidate) {
        for (int i = 0; i < entries.size(); i++) {
            if (entries.get(i).candidate().is(candidate)) {
                best = candidate;
                winner = i;
            }
        }
    }

    /** Makes the variant the best that follows FP32 most closely, if it is clearly better than the reigning one. */
    void chooseClosest() {
        for (Entry entry : List.copyOf(entries)) {
            if (entry.candidate().heldOut().clearlyBetterThan(best.heldOut())) {
                choose(entry.candidate());
            }
        }
    }

    /** The best so far. */
    Candidate best() {
        return best;
    }

    /** Whether it is another than when the contest was opened. */
    boolean changed() {
        return winner >= 0;
    }

    /** What was tried. */
    List<Trial> trials() {
        List<Trial> trials = new ArrayList<>();
        for (Entry entry : entries) {
            trials.add(new Trial(entry.name(), entry.candidate().heldOut(), trials.size() == winner));
        }
        return trials;
    }
}
