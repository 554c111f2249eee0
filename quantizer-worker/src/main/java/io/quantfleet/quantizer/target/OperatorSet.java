package io.quantfleet.quantizer.target;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import java.util.TreeSet;

/**
 * Some operators by name, or all there are.
 *
 * @param all whether every operator belongs to it
 * @param names the operators that belong to it; empty if all do
 */
public record OperatorSet(boolean all, Set<String> names) {

    public OperatorSet {
        names = Set.copyOf(names);
        if (all && !names.isEmpty()) {
            throw new IllegalArgumentException("all operators need no names, but there are " + names);
        }
    }

    /** Every operator. */
    public static OperatorSet ofAll() {
        return new OperatorSet(true, Set.of());
    }

    /** These operators. */
    public static OperatorSet of(String... names) {
        return new OperatorSet(false, Set.of(names));
    }

    @JsonCreator
    static OperatorSet of(JsonNode json) {
        if (!json.isArray()) {
            return ofAll();
        }
        Set<String> names = new TreeSet<>();
        json.forEach(name -> names.add(name.asText()));
        return new OperatorSet(false, names);
    }

    /** Whether the operator belongs to it. */
    public boolean contains(String operator) {
        return all || names.contains(operator);
    }
}
