package io.quantfleet.quantizer.search;

import java.util.ArrayList;
import java.util.List;

/** Variants in a contest: each challenges the best so far, and all are written down. For use by one thread. */
final class Contest {
    private final boolean forced;
    private final List<Entry> entries = new ArrayList<>();
    private Candidate best;
    private boolean changed;

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
        boolean wins = (forced && !changed) || challenger.heldOut().clearlyBetterThan(best.heldOut());
        if (wins) {
            best = challenger;
            changed = true;
        }
        return wins;
    }

    /** The best so far. */
    Candidate best() {
        return best;
    }

    /** Whether it is another than when the contest was opened. */
    boolean changed() {
        return changed;
    }

    /** What was tried. */
    List<Trial> trials() {
        return entries.stream()
                .map(entry ->
                        new Trial(entry.name(), entry.candidate().heldOut(), changed && entry.candidate() == best))
                .toList();
    }
}
