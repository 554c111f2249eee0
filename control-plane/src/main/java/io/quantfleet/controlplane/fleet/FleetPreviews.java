package io.quantfleet.controlplane.fleet;

import io.quantfleet.controlplane.device.DeviceFields;
import io.quantfleet.controlplane.device.DeviceView;
import io.quantfleet.controlplane.device.JdbiDevices;
import io.quantfleet.controlplane.filter.Filter;
import io.quantfleet.controlplane.listing.ListPage;
import io.quantfleet.controlplane.listing.ListRequest;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The devices that a query selects, looked up for who asks and kept nowhere. */
@Singleton
public class FleetPreviews {
    private static final int SAMPLES = 20;

    private final JdbiDevices devices;
    private final Clock clock;

    FleetPreviews(JdbiDevices devices, Clock clock) {
        this.devices = devices;
        this.clock = clock;
    }

    /**
     * What a query selects.
     *
     * @param first the first of them, by their ids
     */
    @Schema(name = "FleetPreview")
    public record Preview(String query, long devices, Map<String, Long> byClass, List<DeviceView> first) {
        public Preview {
            byClass = new java.util.TreeMap<>(byClass);
            first = List.copyOf(first);
        }
    }

    /** @throws io.quantfleet.controlplane.filter.FilterException if the query can't be understood */
    public Preview of(Tx tx, String query) {
        Filter<DeviceView> matching = FleetMembers.matching(query, clock.instant());
        Map<String, Long> byClass = devices.countByClass(tx, matching);
        long count = byClass.values().stream().mapToLong(Long::longValue).sum();
        return new Preview(query, count, byClass, devices.list(tx, matching, Optional.empty(), SAMPLES));
    }

    ListPage<DeviceView> members(Tx tx, Fleet fleet, Filter<DeviceView> filter, ListRequest request) {
        Instant now = clock.instant();
        Filter<DeviceView> ofFleet = fleet.query()
                .map(query -> FleetMembers.matching(query, now))
                .orElseGet(() -> DeviceFields.ofStaticFleet(fleet.name()));
        return ListPage.of(
                request,
                devices.list(tx, ofFleet.and(filter), request.after(), request.limit() + 1),
                DeviceView::deviceId);
    }
}
