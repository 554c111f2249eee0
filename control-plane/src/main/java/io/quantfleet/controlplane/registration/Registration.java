package io.quantfleet.controlplane.registration;

import io.quantfleet.protocols.DeviceId;
import java.util.Map;

/**
 * A device that is to be registered.
 *
 * @param line of the body that says so, from 1
 */
record Registration(long line, DeviceId id, String deviceClass, String fleet, Map<String, String> labels) {
    Registration {
        labels = Map.copyOf(labels);
    }
}
