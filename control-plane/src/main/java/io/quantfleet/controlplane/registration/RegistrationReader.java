package io.quantfleet.controlplane.registration;

import io.quantfleet.controlplane.device.Labels;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.ReasonCode;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** From a line to a registration, checked against what there is and against the lines before. For use by one thread. */
final class RegistrationReader {
    private final ImportOptions options;
    private final Set<String> fleets;
    private final Set<String> classes;
    private final Map<String, Long> seen = new HashMap<>();

    /**
     * @param fleets the static fleets that there are
     * @param classes the device classes that there are
     */
    RegistrationReader(ImportOptions options, Set<String> fleets, Set<String> classes) {
        this.options = options;
        this.fleets = Set.copyOf(fleets);
        this.classes = Set.copyOf(classes);
    }

    Registration read(long line, Row row) throws LineFaultException {
        String id = row.id().orElseThrow(() -> new LineFaultException("id", "there is no id"));
        Registration registration = new Registration(
                line,
                deviceId(id),
                known("class", row.deviceClass().or(options::deviceClass), classes, "device class"),
                known("fleet", row.fleet().or(options::fleet), fleets, "static fleet"),
                row.labels());
        Optional<String> fault = Labels.fault(row.labels());
        if (fault.isPresent()) {
            throw new LineFaultException("labels", fault.get());
        }
        Long before = seen.putIfAbsent(id, line);
        if (before != null) {
            throw new LineFaultException("id", "line " + before + " names the same device");
        }
        return registration;
    }

    static LineFault fault(long line, Optional<Row> row, LineFaultException e) {
        return new LineFault(line, e.column(), row.flatMap(Row::id), ReasonCode.REQUEST_INVALID, e.reason());
    }

    private static DeviceId deviceId(String id) throws LineFaultException {
        try {
            return new DeviceId(id);
        } catch (IllegalArgumentException e) {
            throw new LineFaultException("id", String.valueOf(e.getMessage()));
        }
    }

    private static String known(String column, Optional<String> name, Set<String> all, String what)
            throws LineFaultException {
        if (name.isEmpty()) {
            throw new LineFaultException(
                    column, "there is no " + column + "; name one here, or for all lines in the query of the URL");
        }
        if (!all.contains(name.get())) {
            throw new LineFaultException(column, "there is no " + what + " '" + name.get() + "'");
        }
        return name.get();
    }
}
