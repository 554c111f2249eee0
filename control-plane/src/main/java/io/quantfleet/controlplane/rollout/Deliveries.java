package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.protocols.Sha256;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/** What delivery has to do, read from the database, and where it says what is done. */
@Singleton
public class Deliveries {
    /** Whoever has said nothing for so long is not fetching. */
    private static final Duration UNHEARD = Duration.ofSeconds(20);

    private final Database database;
    private final JdbiDeployments deployments;
    private final Clock clock;

    Deliveries(Database database, JdbiDeployments deployments, Clock clock) {
        this.database = database;
        this.deployments = deployments;
        this.clock = clock;
    }

    /** Whether there are manifests that have not been on the broker yet. */
    public boolean isAnyPending() {
        return database.inTransaction(deployments::isAnyPending);
    }

    /**
     * Manifests that have not been on the broker yet, oldest first.
     *
     * @param without sets of chunks; manifests that name one of them are left out
     */
    public List<Deliverable> pending(Collection<Sha256> without, int limit) {
        return database.inTransaction(tx -> deployments.pending(tx, without, limit));
    }

    /**
     * How many bytes online devices have been told to fetch, and have not said that they have.
     *
     * @param atMost what counts of one device
     */
    public long bytesUnderway(long atMost) {
        return database.inTransaction(
                tx -> deployments.bytesUnderway(tx, atMost, clock.instant().minus(UNHEARD)));
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
        });
    }

    /** Desired states that were taken back and may still be on the broker. */
    public List<Deliverable> toWithdraw(int limit) {
        return database.inTransaction(tx -> deployments.toWithdraw(tx, limit));
    }

    /** The broker has acknowledged that these are gone. */
    public void withdrawn(List<Deliverable> gone) {
        database.useTransaction(tx -> deployments.withdrawn(
                tx, gone.stream().map(Deliverable::deploymentId).toList(), clock.instant()));
    }
}
