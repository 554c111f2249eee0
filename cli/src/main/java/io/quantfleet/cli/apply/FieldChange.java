package io.quantfleet.cli.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * One value of a spec that is not as it should be.
 *
 * @param field as {@code stages[0].soak}
 * @param from absent where there is none yet
 * @param to absent where there is to be none any more
 */
record FieldChange(String field, Optional<JsonNode> from, Optional<JsonNode> to) {
    /** Every value in which the two differ, by the fields' names; what is null is absent. */
    static List<FieldChange> between(JsonNode from, JsonNode to) {
        List<FieldChange> changes = new ArrayList<>();
        compare("", from, to, changes);
        return List.copyOf(changes);
    }

    private static void compare(String field, JsonNode from, JsonNode to, List<FieldChange> changes) {
        if (inside(from, to)) {
            TreeSet<String> names = new TreeSet<>();
            from.fieldNames().forEachRemaining(names::add);
            to.fieldNames().forEachRemaining(names::add);
            String prefix = field.isEmpty() ? "" : field + ".";
            names.forEach(name -> compare(prefix + name, from.path(name), to.path(name), changes));
            for (int i = 0; i < Math.max(from.isArray() ? from.size() : 0, to.isArray() ? to.size() : 0); i++) {
                compare(field + "[" + i + "]", from.path(i), to.path(i), changes);
            }
        } else if (!same(from, to)) {
            changes.add(new FieldChange(field, present(from), present(to)));
        }
    }

    /** Whether to compare what is inside rather than the two themselves. */
    private static boolean inside(JsonNode from, JsonNode to) {
        boolean there = present(from).isPresent();
        JsonNode either = there ? from : to;
        JsonNode other = there ? to : from;
        boolean fits = present(other).isEmpty() || other.getNodeType() == either.getNodeType();
        return either.isContainerNode() && !either.isEmpty() && fits;
    }

    private static boolean same(JsonNode from, JsonNode to) {
        if (from.isNumber() && to.isNumber()) {
            return from.decimalValue().compareTo(to.decimalValue()) == 0;
        }
        return present(from).equals(present(to));
    }

    private static Optional<JsonNode> present(JsonNode node) {
        return Optional.of(node).filter(value -> !value.isMissingNode() && !value.isNull());
    }

    /** A line for people. */
    String line() {
        if (from.isEmpty()) {
            return "+ " + field + ": " + to.orElse(MissingNode.getInstance());
        }
        return to.map(after -> "~ " + field + ": " + from.get() + " -> " + after)
                .orElseGet(() -> "- " + field + ": " + from.get());
    }
}
