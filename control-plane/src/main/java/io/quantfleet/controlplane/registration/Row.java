package io.quantfleet.controlplane.registration;

import java.util.Map;
import java.util.Optional;

/** What a line says, before it is checked; what it leaves out is empty. */
record Row(Optional<String> id, Optional<String> deviceClass, Optional<String> fleet, Map<String, String> labels) {
    Row {
        labels = Map.copyOf(labels);
    }
}
