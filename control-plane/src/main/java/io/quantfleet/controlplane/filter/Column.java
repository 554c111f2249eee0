package io.quantfleet.controlplane.filter;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.stream.Collectors;

/** Where a field is in SQL: an expression over the row, and how it is compared. Values go in as parameters only. */
sealed interface Column {
    /** A condition on the row, true where it holds, and false or null where not. */
    String condition(Operator operator, List<?> values, Bindings bindings);

    /** An expression of the type that values are bound as. */
    record Plain(String expression) implements Column {
        @Override
        public String condition(Operator operator, List<?> values, Bindings bindings) {
            return compare(expression, operator, values, bindings);
        }
    }

    /** A key of a {@code jsonb} object of texts; equality by containment, which its index serves. */
    record Label(String expression, String key) implements Column {
        @Override
        public String condition(Operator operator, List<?> values, Bindings bindings) {
            if (operator == Operator.EQUAL || operator == Operator.IN) {
                return values.stream()
                        .map(value -> expression + " @> cast(" + bindings.add(json(value.toString())) + " as jsonb)")
                        .collect(Collectors.joining(" or ", "(", ")"));
            }
            return compare("(" + expression + " ->> " + bindings.add(key) + ")", operator, values, bindings);
        }

        private String json(String value) {
            return JsonNodeFactory.instance.objectNode().put(key, value).toString();
        }
    }

    private static String compare(String expression, Operator operator, List<?> values, Bindings bindings) {
        return switch (operator) {
            case IN -> expression + values.stream().map(bindings::add).collect(Collectors.joining(", ", " in (", ")"));
            case LIKE ->
                expression + " like "
                        + bindings.add(Wildcards.toSql(values.get(0).toString()));
            default -> expression + " " + operator.symbol() + " " + bindings.add(values.get(0));
        };
    }
}
