package io.quantfleet.cli.embedded;

import io.quantfleet.cli.CliException;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL server of its own processes, with one database, on a loopback port. It starts on the data it finds, also
 * after its owner or itself was killed: a postmaster left behind is stopped first.
 */
final class EmbeddedPostgresServer implements AutoCloseable {
    /** The database and the role that owns it; the server trusts local connections. */
    static final String DATABASE = "quantfleet";

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgresServer.class);
    private static final Duration START_LIMIT = Duration.ofMinutes(1);

    private final EmbeddedPostgres server;

    private EmbeddedPostgresServer(EmbeddedPostgres server) {
        this.server = server;
    }

    /**
     * Starts the server and creates the database where it does not exist yet.
     *
     * @param binaries where the server's binaries are unpacked, shared by every data directory of a user
     * @throws CliException if it does not come up
     */
    static EmbeddedPostgresServer start(Path data, Path binaries, int port) {
        LeftoverPostmaster.stop(data);
        try {
            EmbeddedPostgres server = EmbeddedPostgres.builder()
                    .setDataDirectory(data)
                    .setCleanDataDirectory(false)
                    .setOverrideWorkingDirectory(binaries.toFile())
                    .setRegisterShutdownHook(false)
                    .setPGStartupWait(START_LIMIT)
                    .setPort(port)
                    // The library's defaults are for tests: data that may vanish with the machine.
                    .setServerConfig("fsync", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("max_connections", "60")
                    .setServerConfig("shared_buffers", "32MB")
                    .setServerConfig("unix_socket_directories", "")
                    .start();
            EmbeddedPostgresServer started = new EmbeddedPostgresServer(server);
            started.createDatabase();
            return started;
        } catch (IOException | IllegalStateException e) {
            throw new CliException("PostgreSQL did not start on port " + port + " with its data in " + data, e);
        }
    }

    /** Whether the server answers a query. */
    boolean isUp() {
        try (Connection connection = server.getDatabase(DATABASE, DATABASE).getConnection();
                Statement statement = connection.createStatement()) {
            return statement.execute("SELECT 1");
        } catch (SQLException down) {
            LOG.debug("PostgreSQL does not answer", down);
            return false;
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            LOG.warn("PostgreSQL did not stop cleanly; it recovers at its next start", e);
        }
    }

    private void createDatabase() {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            try (ResultSet found =
                    statement.executeQuery("SELECT 1 FROM pg_database WHERE datname = '" + DATABASE + "'")) {
                if (found.next()) {
                    return;
                }
            }
            statement.execute("DROP ROLE IF EXISTS " + DATABASE);
            statement.execute("CREATE ROLE " + DATABASE + " LOGIN");
            statement.execute("CREATE DATABASE " + DATABASE + " OWNER " + DATABASE);
        } catch (SQLException e) {
            close();
            throw new CliException("PostgreSQL started but the database " + DATABASE + " could not be created", e);
        }
    }
}
