package io.quantfleet.controlplane.filter;

import java.util.List;
import java.util.Optional;

/**
 * A condition on subjects of one kind, to be asked in memory here, or in the database as {@link SqlFilter}. A field that a
 * subject lacks makes every comparison false; {@code !=} is the opposite of {@code =}, so it holds for what is lacking.
 */
public sealed interface Filter<T> {
    boolean test(T subject);

    /** Holds for everything. */
    static <T> Filter<T> everything() {
        return new All<>(List.of());
    }

    /** Whether the field is asked about anywhere in it. */
    boolean mentions(String field);

    /** This and another. */
    default Filter<T> and(Filter<T> other) {
        return new All<>(List.of(this, other));
    }

    /** All of them. */
    record All<T>(List<Filter<T>> parts) implements Filter<T> {
        public All {
            parts = List.copyOf(parts);
        }

        @Override
        public boolean test(T subject) {
            return parts.stream().allMatch(part -> part.test(subject));
        }

        @Override
        public boolean mentions(String field) {
            return parts.stream().anyMatch(part -> part.mentions(field));
        }
    }

    /** At least one of them. */
    record Any<T>(List<Filter<T>> parts) implements Filter<T> {
        public Any {
            parts = List.copyOf(parts);
        }

        @Override
        public boolean test(T subject) {
            return parts.stream().anyMatch(part -> part.test(subject));
        }

        @Override
        public boolean mentions(String field) {
            return parts.stream().anyMatch(part -> part.mentions(field));
        }
    }

    /** The opposite. */
    record Not<T>(Filter<T> part) implements Filter<T> {
        @Override
        public boolean test(T subject) {
            return !part.test(subject);
        }

        @Override
        public boolean mentions(String field) {
            return part.mentions(field);
        }
    }

    /** A field against values; never {@code !=}, which is the opposite of {@code =}. */
    record Condition<T, V extends Comparable<V>>(Field<T, V> field, Operator operator, List<V> values)
            implements Filter<T> {
        public Condition {
            values = List.copyOf(values);
            if (operator == Operator.NOT_EQUAL) {
                throw new IllegalArgumentException("write it as the opposite of =");
            }
        }

        @Override
        public boolean test(T subject) {
            Optional<V> actual = field.value().apply(subject);
            return actual.isPresent() && holds(actual.get());
        }

        @Override
        public boolean mentions(String name) {
            return field.name().equals(name);
        }

        private boolean holds(V actual) {
            return switch (operator) {
                case EQUAL, IN -> values.contains(actual);
                case LIKE -> Wildcards.match(values.get(0).toString(), actual.toString());
                default -> operator.holds(actual.compareTo(values.get(0)));
            };
        }
    }
}
