package io.quantfleet.cli.apply;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What became of a document, or would.
 *
 * @param place file and line
 * @param result a word: {@code created}, {@code unchanged}, …
 */
record Outcome(String kind, String name, String place, String result, List<FieldChange> changes) {
    Outcome {
        changes = List.copyOf(changes);
    }

    static Outcome of(Change change, String result) {
        Document document = change.document();
        return new Outcome(document.kind().label(), document.name(), document.place(), result, change.fields());
    }

    /** How many of each, as {@code 1 created, 3 unchanged}. */
    static String summary(List<Outcome> outcomes) {
        Map<String, Long> counts = outcomes.stream()
                .collect(Collectors.groupingBy(Outcome::result, LinkedHashMap::new, Collectors.counting()));
        return counts.entrySet().stream()
                .map(count -> count.getValue() + " " + count.getKey())
                .collect(Collectors.joining(", "));
    }
}
