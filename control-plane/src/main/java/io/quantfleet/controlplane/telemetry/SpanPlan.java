package io.quantfleet.controlplane.telemetry;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Which roll-ups make up a span: whole days, before and after them whole hours, and minutes at the edges, so that a long
 * span costs few rows and loses nothing.
 */
public final class SpanPlan {
    private SpanPlan() {}

    /** The buckets of one resolution from {@code from} on, before {@code to}. */
    public record Piece(Resolution resolution, Instant from, Instant to) {}

    /** Pieces in the order of time, from the minute that {@code from} lies in to the one that {@code to} lies in. */
    public static List<Piece> of(Instant from, Instant to) {
        List<Piece> pieces = new ArrayList<>();
        add(pieces, 0, Resolution.MINUTE.bucket(from), ceiling(Resolution.MINUTE, to));
        return List.copyOf(pieces);
    }

    /** One piece in the coarsest resolution whose buckets fit into steps of that length; {@code from} begins a step. */
    public static Piece inSteps(Instant from, Instant to, long stepSeconds) {
        Resolution resolution = Resolution.coarsestFirst().stream()
                .filter(coarse -> stepSeconds % coarse.width().toSeconds() == 0 && coarse.begins(from))
                .findFirst()
                .orElse(Resolution.MINUTE);
        return new Piece(resolution, from, ceiling(resolution, to));
    }

    private static void add(List<Piece> pieces, int coarseness, Instant from, Instant to) {
        if (!from.isBefore(to)) {
            return;
        }
        Resolution resolution = Resolution.coarsestFirst().get(coarseness);
        Instant first = ceiling(resolution, from);
        Instant last = resolution.bucket(to);
        if (resolution == Resolution.MINUTE) {
            pieces.add(new Piece(resolution, from, to));
        } else if (first.isBefore(last)) {
            add(pieces, coarseness + 1, from, first);
            pieces.add(new Piece(resolution, first, last));
            add(pieces, coarseness + 1, last, to);
        } else {
            add(pieces, coarseness + 1, from, to);
        }
    }

    private static Instant ceiling(Resolution resolution, Instant at) {
        return resolution.begins(at) ? at : resolution.bucket(at).plus(resolution.width());
    }
}
