package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.lifecycle.Ticker;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Drives rollouts, again and again, each in a transaction of its own: one that can't be moved on does not hold up the others. */
@Singleton
public class RolloutTicker implements AutoCloseable {
    /** Looking through all fleets for latecomers is paced as one piece of work. */
    private static final UUID LATECOMERS = new UUID(0, 0);

    private final Database database;
    private final RolloutDriver driver;
    private final Pace pace = new Pace(System::nanoTime);
    private final Ticker ticker;

    RolloutTicker(Database database, RolloutDriver driver, RolloutSettings settings) {
        this.database = database;
        this.driver = driver;
        this.ticker = new Ticker("rollouts", settings.period(), this::tick);
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
        List<RuntimeException> failures = new ArrayList<>();
        forEach(database.inTransaction(driver::movable), driver::step, failures);
        if (pace.isDue(LATECOMERS)) {
            forEach(
                    pace.run(LATECOMERS, () -> database.inTransaction(driver::withLatecomers)),
                    driver::takeInLatecomers,
                    failures);
        }
        if (!failures.isEmpty()) {
            RuntimeException first = failures.get(0);
            failures.stream().skip(1).forEach(first::addSuppressed);
            throw first;
        }
    }

    private void forEach(List<UUID> rollouts, Step step, List<RuntimeException> failures) {
        for (UUID rollout : rollouts) {
            try {
                if (database.inTransaction(tx -> step.take(tx, rollout))) {
                    ticker.wake();
                }
            } catch (ControlPlaneException e) {
                failures.add(e);
            } catch (RuntimeException e) {
                failures.add(new IllegalStateException("rollout " + rollout + " can't be moved on", e));
            }
        }
    }

    /** One step of a rollout; whether there is more to do at once. */
    @FunctionalInterface
    private interface Step {
        boolean take(Tx tx, UUID rollout);
    }

    @Override
    public void close() {
        ticker.close();
    }
}
