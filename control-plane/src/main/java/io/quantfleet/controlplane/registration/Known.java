package io.quantfleet.controlplane.registration;

import io.quantfleet.controlplane.device.Lifecycle;
import io.quantfleet.protocols.ReasonCode;
import java.util.Map;
import java.util.Optional;

/** What is known of a device that a line names. */
record Known(String deviceClass, String fleet, Map<String, String> labels, Lifecycle lifecycle) {
    Known {
        labels = Map.copyOf(labels);
    }

    /** Whether it is as the line says. */
    boolean is(Registration line) {
        return deviceClass.equals(line.deviceClass())
                && fleet.equals(line.fleet())
                && labels.equals(line.labels())
                && lifecycle != Lifecycle.DECOMMISSIONED;
    }

    boolean isOfAnotherClass(Registration line) {
        return !deviceClass.equals(line.deviceClass());
    }

    /** Why it can't become as the line says, if so. */
    Optional<LineFault> objection(Registration line, boolean update) {
        if (lifecycle == Lifecycle.DECOMMISSIONED) {
            return fault(
                    line,
                    "id",
                    ReasonCode.DEVICE_DECOMMISSIONED,
                    "it was decommissioned; it may come back with a token that readmits");
        }
        if (lifecycle == Lifecycle.ENROLLED && isOfAnotherClass(line)) {
            return fault(
                    line,
                    "class",
                    ReasonCode.DEVICE_EXISTS,
                    "it has enrolled as '" + deviceClass + "'; decommission it before it becomes another class");
        }
        if (!update) {
            return fault(
                    line,
                    "id",
                    ReasonCode.DEVICE_EXISTS,
                    "it is known already, with another " + difference(line) + "; import with update=true to change it");
        }
        return Optional.empty();
    }

    private String difference(Registration line) {
        if (isOfAnotherClass(line)) {
            return "class, '" + deviceClass + "'";
        }
        return fleet.equals(line.fleet()) ? "set of labels" : "fleet, '" + fleet + "'";
    }

    private static Optional<LineFault> fault(Registration line, String column, ReasonCode code, String reason) {
        return Optional.of(new LineFault(
                line.line(), Optional.of(column), Optional.of(line.id().value()), code, reason));
    }
}
