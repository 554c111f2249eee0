package io.quantfleet.controlplane.fleet;

import io.quantfleet.controlplane.device.DeviceFields;
import io.quantfleet.controlplane.device.DeviceView;
import io.quantfleet.controlplane.filter.Filter;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Which devices are in the fleets by query. A query is asked whenever its fleet is used, and from time to time so that
 * devices that match by now converge. See docs/decisions/0014-fleets-by-query.md.
 */
@Singleton
public class FleetMembers {
    private static final Logger LOG = Logger.getLogger(FleetMembers.class);

    /** How old the members of a fleet may be that nobody uses at the time. */
    private static final Duration MAX_AGE = Duration.ofSeconds(10);

    private final JdbiFleets fleets;
    private final JdbiFleetMembers members;
    private final Clock clock;

    FleetMembers(JdbiFleets fleets, JdbiFleetMembers members, Clock clock) {
        this.fleets = fleets;
        this.members = members;
        this.clock = clock;
    }

    /** Looks up who is in the fleet now, holding its row until the transaction ends; nothing for a static fleet. */
    public void refresh(Tx tx, String fleet) {
        fleets.lock(tx, fleet).ifPresent(query -> refresh(tx, fleet, query));
    }

    /** Looks up who is in a fleet whose members were last looked up too long ago; false if there is none. */
    boolean refreshStale(Tx tx) {
        Optional<JdbiFleets.Queried> stale =
                fleets.lockStale(tx, clock.instant().minus(MAX_AGE));
        stale.ifPresent(fleet -> refresh(tx, fleet.name(), fleet.query()));
        return stale.isPresent();
    }

    /** The fleets by query that a device is in as it is now, decided without the database's help. */
    List<String> of(Tx tx, DeviceView device) {
        Instant now = clock.instant();
        return fleets.queried(tx).stream()
                .filter(fleet -> matching(fleet.query(), now).test(device))
                .map(JdbiFleets.Queried::name)
                .toList();
    }

    private void refresh(Tx tx, String fleet, String query) {
        Instant now = clock.instant();
        JdbiFleetMembers.Change change = members.replace(tx, fleet, matching(query, now));
        fleets.refreshed(tx, fleet, now);
        if (change.joined() + change.left() > 0) {
            LOG.infof("fleet by query changed: fleet=%s joined=%d left=%d", fleet, change.joined(), change.left());
        }
    }

    /** The devices that a query selects; decommissioned ones are in no fleet whatever it says. */
    static Filter<DeviceView> matching(String query, Instant now) {
        return DeviceFields.read(query, now).and(DeviceFields.inService());
    }
}
