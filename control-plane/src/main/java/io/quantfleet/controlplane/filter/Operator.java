package io.quantfleet.controlplane.filter;

import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/** How a field is compared. */
public enum Operator {
    EQUAL("="),
    NOT_EQUAL("!="),
    LESS("<"),
    AT_MOST("<="),
    GREATER(">"),
    AT_LEAST(">="),
    IN("in"),
    LIKE("like");

    static final Set<Operator> EQUALITY = EnumSet.of(EQUAL, NOT_EQUAL, IN);
    static final Set<Operator> ORDER = EnumSet.of(LESS, AT_MOST, GREATER, AT_LEAST);

    private final String symbol;

    Operator(String symbol) {
        this.symbol = symbol;
    }

    /** As it is written. */
    public String symbol() {
        return symbol;
    }

    /** What it becomes when both sides are turned round, as an age is against an instant. */
    Operator reversed() {
        return switch (this) {
            case LESS -> GREATER;
            case AT_MOST -> AT_LEAST;
            case GREATER -> LESS;
            case AT_LEAST -> AT_MOST;
            default -> this;
        };
    }

    /** What an ordering operator says of {@code left.compareTo(right)}. */
    boolean holds(int comparison) {
        return switch (this) {
            case LESS -> comparison < 0;
            case AT_MOST -> comparison <= 0;
            case GREATER -> comparison > 0;
            case AT_LEAST -> comparison >= 0;
            default -> throw new IllegalStateException("no order: " + symbol);
        };
    }

    static String list(Set<Operator> operators) {
        return operators.stream().map(Operator::symbol).collect(Collectors.joining(", "));
    }
}
