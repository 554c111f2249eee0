package io.quantfleet.cli.apply;

import java.util.Set;

/** Fleets and receivers that are declared and not there yet: rules about them can't be tried out as they are. */
record ToCome(Set<String> fleets, Set<String> receivers) {
    ToCome {
        fleets = Set.copyOf(fleets);
        receivers = Set.copyOf(receivers);
    }
}
