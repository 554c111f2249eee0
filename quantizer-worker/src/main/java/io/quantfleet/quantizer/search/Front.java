package io.quantfleet.quantizer.search;

import io.quantfleet.quantizer.target.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The variants between which accuracy was weighed against time and size. For use by one thread. */
final class Front {
    private final List<Entry> entries = new ArrayList<>();

    private record Entry(String name, Map<String, Precision> layers, Candidate candidate, double latencyMs) {
        boolean beats(Entry other) {
            return candidate.bytes() <= other.candidate.bytes()
                    && latencyMs <= other.latencyMs
                    && candidate.heldOut().closenessDb()
                            > other.candidate.heldOut().closenessDb();
        }
    }

    /**
     * Takes in a variant, if it is not there.
     *
     * @param layers those that are not in INT8
     * @param latencyMs what one inference takes, estimated
     */
    void add(String name, Map<String, Precision> layers, Candidate candidate, double latencyMs) {
        if (entries.stream().noneMatch(entry -> entry.candidate().is(candidate))) {
            entries.add(new Entry(name, layers, candidate, latencyMs));
        }
    }

    /** All of them. */
    List<ParetoPoint> points(Candidate taken) {
        return entries.stream()
                .map(entry -> new ParetoPoint(
                        entry.name(),
                        entry.layers(),
                        entry.candidate().bytes(),
                        entry.latencyMs(),
                        entry.candidate().heldOut(),
                        entries.stream().noneMatch(other -> other.beats(entry)),
                        entry.candidate().is(taken)))
                .toList();
    }
}
