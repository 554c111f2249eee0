package io.quantfleet.controlplane.console.rollout;

import io.quantfleet.controlplane.maintenance.JdbiMaintenanceWindows;
import io.quantfleet.controlplane.storage.Database;
import jakarta.inject.Singleton;
import java.time.Instant;

/** Reads maintenance windows. */
@Singleton
public class WindowQueries {
    private final Database database;
    private final JdbiMaintenanceWindows windows;

    WindowQueries(Database database, JdbiMaintenanceWindows windows) {
        this.database = database;
        this.windows = windows;
    }

    public WindowsView of(String fleet, Instant now) {
        return new WindowsView(database.inTransaction(tx -> windows.of(tx, fleet)), now);
    }
}
