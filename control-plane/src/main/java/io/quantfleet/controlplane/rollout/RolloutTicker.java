package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.lifecycle.Ticker;
import io.quantfleet.controlplane.storage.Database;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.UUID;

/** Drives rollouts, twice a second, each in a transaction of its own. */
@Singleton
public class RolloutTicker implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofMillis(500);
    /** Looking through all fleets for newcomers is paced as one piece of work. */
    private static final UUID LATECOMERS = new UUID(0, 0);

    private final Database database;
    private final RolloutDriver driver;
    private final Pace pace = new Pace(System::nanoTime);
    private final Ticker ticker = new Ticker("rollouts", PERIOD, this::tick);

    RolloutTicker(Database database, RolloutDriver driver) {
        this.database = database;
        this.driver = driver;
    }

    public void start() {
        ticker.start();
    }

    /** Asks for a step soon; callable from any thread. */
    void wake() {
        ticker.wake();
    }

    private void tick() {
        database.useTransaction(driver::expire);
        boolean more = false;
        for (UUID rollout : database.inTransaction(driver::movable)) {
            more |= database.inTransaction(tx -> driver.step(tx, rollout));
        }
        if (pace.isDue(LATECOMERS)) {
            more |= pace.run(LATECOMERS, () -> database.inTransaction(driver::takeInLatecomers));
        }
        if (more) {
            ticker.wake();
        }
    }

    @Override
    public void close() {
        ticker.close();
    }
}
