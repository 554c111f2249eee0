package io.quantfleet.controlplane.device;

import io.quantfleet.controlplane.storage.Database;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Finds devices that were lost together with a broker's sessions. A broker that has forgotten its sessions has forgotten
 * the last wills in them, too: a device that died meanwhile will never be said to be away. Devices that are there come
 * back within seconds and say so; who has not after two minutes is away. Safe for use by several threads.
 */
@Singleton
public class Absences {
    private static final Logger LOG = Logger.getLogger(Absences.class);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Database database;
    private final JdbiDeviceStates states;
    private final Clock clock;
    private final AtomicReference<@Nullable Instant> lost = new AtomicReference<>();

    Absences(Database database, JdbiDeviceStates states, Clock clock) {
        this.database = database;
        this.states = states;
        this.clock = clock;
    }

    /** The broker knows no session of ours any more; called before it can send anything. */
    public void sessionsLost() {
        lost.set(clock.instant());
    }

    /** Looks once the time is up. */
    public void tick() {
        Instant since = lost.get();
        Instant now = clock.instant();
        if (since == null || now.isBefore(since.plus(PATIENCE))) {
            return;
        }
        int absent = database.inTransaction(tx -> states.absent(tx, since, now));
        lost.compareAndSet(since, null);
        if (absent > 0) {
            LOG.infof("devices that did not come back after the broker had lost its sessions: %d", absent);
        }
    }
}
