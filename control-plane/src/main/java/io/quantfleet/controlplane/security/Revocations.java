package io.quantfleet.controlplane.security;

import io.quantfleet.controlplane.storage.Database;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;

/** What the broker has to be told of credentials that are void, and where it is noted that it was. */
@Singleton
public class Revocations {
    private final Database database;
    private final JdbiRevocations revocations;
    private final Clock clock;

    Revocations(Database database, JdbiRevocations revocations, Clock clock) {
        this.database = database;
        this.revocations = revocations;
        this.clock = clock;
    }

    /** Those that the broker has not been told of. */
    public List<Revocation> pending(int limit) {
        return database.inTransaction(tx -> revocations.pending(tx, limit));
    }

    /** All of them, in the order of device ids, beginning behind one. */
    public List<Revocation> behind(String deviceId, int limit) {
        return database.inTransaction(tx -> revocations.behind(tx, deviceId, limit));
    }

    /** The broker has acknowledged these. */
    public void published(List<Revocation> told) {
        database.useTransaction(tx -> told.forEach(one -> revocations.published(tx, one, clock.instant())));
    }
}
