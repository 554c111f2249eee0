package io.quantfleet.controlplane.bulk;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.device.DeviceFields;
import io.quantfleet.controlplane.device.DeviceView;
import io.quantfleet.controlplane.filter.Filter;
import io.quantfleet.protocols.ReasonCode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which devices are meant: those of a list, or all that match a filter. Decommissioned devices are none of them.
 *
 * @param devices their ids
 * @param filter as for lists of devices
 * @param expected how many the caller takes them to be
 */
record Selection(Optional<List<String>> devices, Optional<String> filter, Optional<Integer> expected) {
    /** So many devices at most are meant at once. */
    static final int LIMIT = 100_000;

    private static final int MAX_IDS = 10_000;

    Selection {
        devices = devices.map(List::copyOf);
        if (devices.isPresent() == filter.isPresent()) {
            throw ControlPlaneException.invalid("say which devices by exactly one of 'devices' and 'filter'");
        }
        if (devices.filter(List::isEmpty).isPresent()) {
            throw ControlPlaneException.invalid("'devices' is empty: name at least one device");
        }
        if (devices.filter(ids -> ids.size() > MAX_IDS).isPresent()) {
            throw ControlPlaneException.invalid(
                    "'devices' names more than " + MAX_IDS + "; use 'filter', or several calls");
        }
        if (filter.filter(String::isBlank).isPresent()) {
            throw ControlPlaneException.invalid("'filter' is blank; 'id like *' means every device");
        }
    }

    static Selection of(@Nullable List<String> devices, @Nullable String filter, @Nullable Integer expected) {
        return new Selection(Optional.ofNullable(devices), Optional.ofNullable(filter), Optional.ofNullable(expected));
    }

    /** The condition on devices, for a selection by filter or by ids alike. */
    Filter<DeviceView> matching(Instant now) {
        return devices.map(DeviceFields::withIds)
                .orElseGet(() -> DeviceFields.read(filter.orElse(""), now))
                .and(DeviceFields.inService());
    }

    /**
     * Refuses if the selection is not what the caller takes it to be.
     *
     * @throws ControlPlaneException {@code NOT_FOUND} if a device of the list does not exist or is out of service,
     *     {@code ILLEGAL_STATE} if there are more or fewer than expected
     */
    void require(List<String> found) {
        Set<String> there = Set.copyOf(found);
        devices.ifPresent(asked -> asked.stream()
                .filter(id -> !there.contains(id))
                .findFirst()
                .ifPresent(id -> {
                    throw ControlPlaneException.notFound("device '" + id + "' in service");
                }));
        expected.filter(count -> count != found.size()).ifPresent(count -> {
            throw new ControlPlaneException(
                    ReasonCode.ILLEGAL_STATE,
                    found.size() + " devices match by now, not " + count + "; look again before you change them");
        });
        if (found.size() > LIMIT) {
            throw ControlPlaneException.invalid(
                    "more than " + LIMIT + " devices match; narrow the filter and do it in parts");
        }
    }
}
