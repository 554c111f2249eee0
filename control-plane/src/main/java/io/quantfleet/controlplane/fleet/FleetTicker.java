package io.quantfleet.controlplane.fleet;

import io.quantfleet.controlplane.lifecycle.Ticker;
import io.quantfleet.controlplane.storage.Database;
import jakarta.inject.Singleton;
import java.time.Duration;

/** Looks up the members of fleets by query again and again, each fleet in a transaction of its own. */
@Singleton
public class FleetTicker implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofSeconds(2);

    private final Database database;
    private final FleetMembers members;
    private final Ticker ticker = new Ticker("fleets", PERIOD, this::tick);

    FleetTicker(Database database, FleetMembers members) {
        this.database = database;
        this.members = members;
    }

    public void start() {
        ticker.start();
    }

    private void tick() {
        boolean more = true;
        while (more) {
            more = database.inTransaction(members::refreshStale);
        }
    }

    @Override
    public void close() {
        ticker.close();
    }
}
