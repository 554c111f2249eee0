package io.quantfleet.controlplane;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The rule for names that people choose: fleets, device classes, models. */
public final class Names {
    private static final Pattern VALID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    private Names() {}

    /**
     * {@code name}, if it is one.
     *
     * @param what the kind of thing named, for the message: "fleet"
     * @throws ControlPlaneException with {@code REQUEST_INVALID} otherwise
     */
    public static String require(String what, @Nullable String name) {
        if (name == null || !VALID.matcher(name).matches()) {
            throw ControlPlaneException.invalid("not a name for a " + what + ": "
                    + (name == null ? "there is none" : "'" + name + "'")
                    + "; use 1 to 100 letters, digits, '.', '_' or '-', beginning with a letter or digit");
        }
        return name;
    }
}
