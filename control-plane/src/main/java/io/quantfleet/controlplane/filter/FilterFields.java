package io.quantfleet.controlplane.filter;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The fields that can be asked about of one kind of subject. Safe for use by several threads.
 *
 * @param <T> the subject
 */
public final class FilterFields<T> {
    private static final String LABEL_PREFIX = "label.";

    private final Map<String, Field<T, ?>> fields = new LinkedHashMap<>();
    private final Optional<Function<String, Field<T, ?>>> labels;

    private FilterFields(List<Field<T, ?>> fields, Optional<Function<String, Field<T, ?>>> labels) {
        fields.forEach(field -> this.fields.put(field.name(), field));
        this.labels = labels;
    }

    public static <T> FilterFields<T> of(List<Field<T, ?>> fields) {
        return new FilterFields<>(fields, Optional.empty());
    }

    /**
     * These fields and {@code label.KEY} for every key.
     *
     * @param sql a {@code jsonb} object of texts
     */
    public static <T> FilterFields<T> withLabels(
            List<Field<T, ?>> fields, String sql, Function<T, Map<String, String>> labels) {
        return new FilterFields<>(fields, Optional.of(key -> Field.label(key, sql, labels)));
    }

    /**
     * Reads a filter; a blank one holds for everything.
     *
     * @param now what ages count from
     * @throws FilterException if it can't be understood
     */
    public Filter<T> read(String text, Instant now) {
        return text.isBlank() ? Filter.everything() : resolve(FilterParsing.parse(text), now);
    }

    /** The subjects whose field is that text. */
    public Filter<T> equal(String field, String value) {
        return compare(field, Operator.EQUAL, List.of(value));
    }

    /** The subjects whose field is one of those texts, of which there is at least one. */
    public Filter<T> in(String field, List<String> values) {
        return compare(field, Operator.IN, values);
    }

    private Filter<T> compare(String field, Operator operator, List<String> values) {
        Term name = new Term(field, 1, true);
        List<Term> terms =
                values.stream().map(value -> new Term(value, 1, true)).toList();
        return condition(field(name), new Expression.Comparison(name, operator, 1, terms), Instant.EPOCH);
    }

    private Filter<T> resolve(Expression expression, Instant now) {
        if (expression instanceof Expression.And and) {
            return new Filter.All<>(
                    and.parts().stream().map(part -> resolve(part, now)).toList());
        }
        if (expression instanceof Expression.Or or) {
            return new Filter.Any<>(
                    or.parts().stream().map(part -> resolve(part, now)).toList());
        }
        if (expression instanceof Expression.Not not) {
            return new Filter.Not<>(resolve(not.part(), now));
        }
        Expression.Comparison comparison = (Expression.Comparison) expression;
        return condition(field(comparison.field()), comparison, now);
    }

    private Field<T, ?> field(Term name) {
        Field<T, ?> known = fields.get(name.text());
        if (known != null) {
            return known;
        }
        if (labels.isPresent()
                && name.text().startsWith(LABEL_PREFIX)
                && name.text().length() > LABEL_PREFIX.length()) {
            return labels.get().apply(name.text().substring(LABEL_PREFIX.length()));
        }
        throw new FilterException(
                name.position(),
                "there is no field '" + name.text() + "'; there are " + String.join(", ", fields.keySet())
                        + (labels.isPresent() ? " and label.KEY" : ""));
    }

    private static <T, V extends Comparable<V>> Filter<T> condition(
            Field<T, V> field, Expression.Comparison comparison, Instant now) {
        Operator written = comparison.operator();
        if (!field.type().operators().contains(written)) {
            throw new FilterException(
                    comparison.operatorPosition(),
                    "'" + field.name() + "' can't be compared with '" + written.symbol() + "', only with "
                            + Operator.list(field.type().operators()));
        }
        List<V> values = comparison.values().stream()
                .map(term -> value(field, written, term, now))
                .toList();
        Operator actual = field.type().actual(written);
        return actual == Operator.NOT_EQUAL
                ? new Filter.Not<>(new Filter.Condition<>(field, Operator.EQUAL, values))
                : new Filter.Condition<>(field, actual, values);
    }

    private static <T, V extends Comparable<V>> V value(Field<T, V> field, Operator operator, Term term, Instant now) {
        if (operator != Operator.LIKE && term.looksLikePattern()) {
            throw new FilterException(
                    term.position(),
                    "wildcards need 'like', as in '" + field.name() + " like " + term.text()
                            + "'; quote the text if it means itself");
        }
        return field.type()
                .read(term.text(), now)
                .orElseThrow(() -> new FilterException(
                        term.position(),
                        "'" + field.name() + "' is " + field.type().what() + ", not '" + term.text() + "'"));
    }
}
