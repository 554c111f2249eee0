package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.storage.Database;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;

/** What delivery has to do, read from the database, and where it says what is done. */
@Singleton
public class Deliveries {
    private final Database database;
    private final JdbiDeployments deployments;
    private final RolloutEngine engine;
    private final Clock clock;

    Deliveries(Database database, JdbiDeployments deployments, RolloutEngine engine, Clock clock) {
        this.database = database;
        this.deployments = deployments;
        this.engine = engine;
        this.clock = clock;
    }

    /** Manifests that have not been on the broker yet, oldest first. */
    public List<Deliverable> pending(int limit) {
        return database.inTransaction(tx -> deployments.pending(tx, limit));
    }

    /** The newest manifest of each device that is still good, in the order of device ids, beginning behind one. */
    public List<Deliverable> liveBehind(String deviceId, int limit) {
        return database.inTransaction(tx -> deployments.live(tx, deviceId, clock.instant(), limit));
    }

    /** The broker has acknowledged these manifests. */
    public void published(List<Deliverable> delivered) {
        database.useTransaction(tx -> {
            deployments.published(
                    tx, delivered.stream().map(Deliverable::deploymentId).toList(), clock.instant());
            delivered.stream().map(Deliverable::rolloutId).distinct().forEach(id -> engine.settle(tx, id));
        });
    }

    /** Ends what has waited for a device longer than its manifest is good for. */
    public void expire() {
        database.useTransaction(engine::expire);
    }
}
