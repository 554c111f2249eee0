package io.quantfleet.controlplane.gate;

import io.quantfleet.controlplane.ControlPlaneException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What numbers in gates may be. */
final class Checks {
    private Checks() {}

    /** There at all: readers of JSON leave out what is not given. */
    static void present(String name, @Nullable Object value, Object[] choices) {
        if (value == null) {
            throw ControlPlaneException.invalid("'" + name + "' is missing; it is one of " + Arrays.toString(choices));
        }
    }

    /** Above 0 and up to 1. */
    static void share(String name, double value) {
        if (!(value > 0 && value <= 1)) {
            throw ControlPlaneException.invalid("'" + name + "' is a share above 0 and up to 1, not " + value);
        }
    }

    /** Above 0 and below 0.5. */
    static void risk(String name, double value) {
        if (!(value > 0 && value < 0.5)) {
            throw ControlPlaneException.invalid("'" + name + "' is a chance above 0 and below 0.5, not " + value);
        }
    }

    /** Above 0 and finite. */
    static void positive(String name, double value) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw ControlPlaneException.invalid("'" + name + "' is a number above 0, not " + value);
        }
    }
}
