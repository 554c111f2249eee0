package io.quantfleet.controlplane.testing;

import io.quantfleet.controlplane.storage.Database;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import org.flywaydb.core.Flyway;

/** A PostgreSQL of its own with the schema of today, for tests of SQL that need nothing else. */
public final class TestDatabase implements AutoCloseable {
    private final EmbeddedPostgres server;
    private final Database database;

    private TestDatabase(EmbeddedPostgres server) {
        this.server = server;
        Flyway.configure().dataSource(server.getPostgresDatabase()).load().migrate();
        this.database = new Database(server.getPostgresDatabase());
        database.open();
    }

    public static TestDatabase start() throws IOException {
        return new TestDatabase(EmbeddedPostgres.builder()
                .setServerConfig("shared_buffers", "64MB")
                .start());
    }

    public Database database() {
        return database;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
