package io.quantfleet.cli.client;

import java.util.Map;
import java.util.Optional;

/** Who asks: what the audit log names where no proxy that authenticates says it better. */
record Actor(String name) {
    static final String HEADER = "Quantfleet-Actor";
    private static final String VARIABLE = "QUANTFLEET_ACTOR";

    /** The name that was given, else that of the variable, else the user's on this machine; empty if there is none. */
    static Optional<Actor> choose(Optional<String> given, Map<String, String> environment, String userName) {
        return given.or(() -> Optional.ofNullable(environment.get(VARIABLE)))
                .or(() -> Optional.of(userName))
                .map(String::strip)
                .filter(name -> !name.isEmpty() && !name.equals("?"))
                .map(Actor::new);
    }

    /** As a header can carry it: other than ASCII extended as in RFC 8187. */
    String headerValue() {
        boolean plain = name.chars().allMatch(c -> c >= ' ' && c < 127) && !name.regionMatches(true, 0, "UTF-8'", 0, 6);
        return plain ? name : "UTF-8''" + ControlPlaneClient.encoded(name);
    }
}
