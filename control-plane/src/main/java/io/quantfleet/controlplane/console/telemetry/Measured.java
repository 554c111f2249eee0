package io.quantfleet.controlplane.console.telemetry;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** What was measured over a span, read once and put together by fleet and by variant. */
public record Measured(Map<String, Figures> byFleet, Map<VariantKey, Figures> byVariant) {
    public Measured {
        byFleet = Map.copyOf(byFleet);
        byVariant = Collections.unmodifiableMap(new LinkedHashMap<>(byVariant));
    }

    /** What a roll-up is of. */
    record Key(String fleet, VariantKey variant) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int byVariant = variant.compareTo(other.variant);
            return byVariant != 0 ? byVariant : fleet.compareTo(other.fleet);
        }
    }

    static Measured of(Map<Key, Measurements> measured) {
        return new Measured(together(measured, Key::fleet), together(measured, Key::variant));
    }

    private static <K> Map<K, Figures> together(Map<Key, Measurements> measured, Function<Key, K> by) {
        Map<K, Measurements> sums = new LinkedHashMap<>();
        measured.forEach((key, part) ->
                sums.computeIfAbsent(by.apply(key), k -> new Measurements()).add(part));
        Map<K, Figures> figures = new LinkedHashMap<>();
        sums.forEach((key, sum) -> figures.put(key, sum.figures()));
        return figures;
    }
}
