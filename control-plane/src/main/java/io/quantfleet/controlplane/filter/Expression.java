package io.quantfleet.controlplane.filter;

import java.util.List;

/** What was written, before its names have a meaning. */
sealed interface Expression {
    /** All of these. */
    record And(List<Expression> parts) implements Expression {
        public And {
            parts = List.copyOf(parts);
        }
    }

    /** At least one of these. */
    record Or(List<Expression> parts) implements Expression {
        public Or {
            parts = List.copyOf(parts);
        }
    }

    /** Not this. */
    record Not(Expression part) implements Expression {}

    /**
     * A field against values: one, or several after {@code in}.
     *
     * @param operatorPosition of the operator's first character, counted from 1
     */
    record Comparison(Term field, Operator operator, int operatorPosition, List<Term> values) implements Expression {
        public Comparison {
            values = List.copyOf(values);
        }
    }
}
