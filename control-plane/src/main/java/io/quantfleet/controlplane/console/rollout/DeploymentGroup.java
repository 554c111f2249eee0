package io.quantfleet.controlplane.console.rollout;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** How a device fares in a rollout, the groups in the order in which people look for them. */
public enum DeploymentGroup {
    FAILED("REFUSED", "REVERTED", "LOST"),
    UPDATING("FETCHING", "VERIFYING", "SELF_TESTING", "SWITCHING"),
    PENDING("PENDING", "PUBLISHED"),
    /** A later rollout took the device over, or its manifest expired. */
    SUPERSEDED("EXPIRED", "SUPERSEDED"),
    ACTIVE("ACTIVE");

    private final String states;

    DeploymentGroup(String... states) {
        this.states = Arrays.stream(states).collect(Collectors.joining("', '", "('", "')"));
    }

    /** The group of this name; empty for any other text. */
    static Optional<DeploymentGroup> named(String name) {
        return Arrays.stream(values())
                .filter(group -> group.name().equals(name))
                .findFirst();
    }

    /** A condition in SQL: the state is one of this group's. */
    String holds(String column) {
        return column + " in " + states;
    }

    /** The place of the group that a state belongs to, in SQL. */
    static String rank(String column) {
        DeploymentGroup[] groups = values();
        return IntStream.range(0, groups.length)
                .mapToObj(place -> " when " + groups[place].holds(column) + " then " + place)
                .collect(Collectors.joining("", "case", " end"));
    }
}
