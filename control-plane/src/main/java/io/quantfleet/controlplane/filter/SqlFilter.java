package io.quantfleet.controlplane.filter;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A {@link Filter} as SQL. Negations are carried inwards to single comparisons, so that what isn't negated stays in the
 * form that indexes serve; a negated comparison is {@code is not true}, which null fulfils.
 *
 * @param condition to stand after {@code where}, with named parameters
 * @param values of the parameters; all names begin with {@code filter}
 */
public record SqlFilter(String condition, Map<String, Object> values) {
    public SqlFilter {
        values = Map.copyOf(values);
    }

    public static SqlFilter of(Filter<?> filter) {
        Bindings bindings = new Bindings();
        String sql = sql(filter, false, bindings);
        return new SqlFilter(sql, bindings.values());
    }

    private static String sql(Filter<?> filter, boolean negated, Bindings bindings) {
        if (filter instanceof Filter.Not<?> not) {
            return sql(not.part(), !negated, bindings);
        }
        if (filter instanceof Filter.All<?> all) {
            return joined(all.parts(), negated ? " or " : " and ", negated ? "false" : "true", negated, bindings);
        }
        if (filter instanceof Filter.Any<?> any) {
            return joined(any.parts(), negated ? " and " : " or ", negated ? "true" : "false", negated, bindings);
        }
        if (filter instanceof Filter.Condition<?, ?> condition) {
            String plain = condition.field().column().condition(condition.operator(), condition.values(), bindings);
            return negated ? "(" + plain + ") is not true" : plain;
        }
        throw new IllegalStateException("a filter of a new kind: " + filter);
    }

    private static String joined(
            List<? extends Filter<?>> parts, String between, String ofNone, boolean negated, Bindings bindings) {
        return parts.isEmpty()
                ? ofNone
                : parts.stream()
                        .map(part -> sql(part, negated, bindings))
                        .collect(Collectors.joining(between, "(", ")"));
    }
}
