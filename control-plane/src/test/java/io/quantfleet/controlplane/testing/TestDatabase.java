package io.quantfleet.controlplane.testing;

import io.quantfleet.controlplane.storage.Database;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/**
 * A database of its own with the schema of today, for tests of SQL that need nothing else. They share a server, which
 * lives as long as the JVM, and each database is a copy of one that was migrated once.
 */
public final class TestDatabase implements AutoCloseable {
    private static final String TEMPLATE = "migrated";
    private static final AtomicInteger NAMES = new AtomicInteger();

    private final String name = "test_" + NAMES.incrementAndGet();
    private final Database database;

    private TestDatabase() {
        execute("create database " + name + " template " + TEMPLATE);
        this.database = new Database(Server.of(name));
        database.open();
    }

    /** The server, started when the first test asks for a database. */
    private static final class Server {
        private static final EmbeddedPostgres RUNNING = start();

        private static EmbeddedPostgres start() {
            try {
                EmbeddedPostgres server = EmbeddedPostgres.builder()
                        .setServerConfig("shared_buffers", "64MB")
                        .start();
                execute(server, "create database " + TEMPLATE);
                Flyway.configure()
                        .dataSource(server.getDatabase("postgres", TEMPLATE))
                        .load()
                        .migrate();
                return server;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        static DataSource of(String database) {
            return RUNNING.getDatabase("postgres", database);
        }
    }

    private static void execute(String statement) {
        execute(Server.RUNNING, statement);
    }

    private static void execute(EmbeddedPostgres server, String statement) {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement execution = connection.createStatement()) {
            execution.execute(statement);
        } catch (SQLException e) {
            throw new IllegalStateException("the test's database is not as it should be", e);
        }
    }

    public static TestDatabase start() {
        return new TestDatabase();
    }

    /** One with fleets and device classes, for devices to belong to. */
    public static TestDatabase with(List<String> fleets, List<String> deviceClasses) {
        TestDatabase started = start();
        started.database.useTransaction(tx -> {
            fleets.forEach(
                    fleet -> tx.handle().execute("insert into fleet (name, created_at) values (?, now())", fleet));
            deviceClasses.forEach(deviceClass -> tx.handle()
                    .execute(
                            "insert into device_class (name, profile, created_at) values (?, '', now())", deviceClass));
        });
        return started;
    }

    public Database database() {
        return database;
    }

    @Override
    public void close() {
        execute("drop database " + name + " with (force)");
    }
}
