package io.quantfleet.controlplane.storage;

import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.postgres.PostgresPlugin;

/** PostgreSQL. Closed until its schema has been brought up to date. Safe for use by several threads. */
@Singleton
public class Database {
    private final Jdbi jdbi;
    private volatile boolean open;

    public Database(DataSource dataSource) {
        this.jdbi = Jdbi.create(dataSource).installPlugin(new PostgresPlugin());
    }

    /** Lets transactions through: the schema is up to date. */
    public void open() {
        open = true;
    }

    public boolean isOpen() {
        return open;
    }

    /**
     * Runs {@code work} in a transaction: committed when it returns, rolled back when it throws.
     *
     * @throws DatabaseUnavailableException if the database is away; whether a commit under way was made is then unknown
     */
    public <T> T inTransaction(Function<Tx, T> work) {
        if (!open) {
            throw new DatabaseUnavailableException("the database is not ready yet");
        }
        try {
            return jdbi.inTransaction(handle -> work.apply(new Tx(handle)));
        } catch (JdbiException e) {
            throw outage(e)
                    .<RuntimeException>map(cause ->
                            new DatabaseUnavailableException("the database is not available: " + cause.getMessage(), e))
                    .orElse(e);
        }
    }

    /** {@link #inTransaction} for work without a result. */
    public void useTransaction(Consumer<Tx> work) {
        inTransaction(tx -> {
            work.accept(tx);
            return true;
        });
    }

    /** The SQLException among the causes that tells of a lost or refused connection, if that is what it was. */
    private static Optional<SQLException> outage(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && isOutage(sql)) {
                return Optional.of(sql);
            }
        }
        return Optional.empty();
    }

    private static boolean isOutage(SQLException e) {
        String state = e.getSQLState();
        if (state == null) {
            // Agroal: no connection could be had in time.
            return String.valueOf(e.getMessage()).contains("Acquisition timeout");
        }
        // 08 connection, 40 lost to another transaction (a deadlock), 53 out of resources, 57P the server is shutting
        // down
        // or starting, 25006 it is read-only, 55P03 a lock is held for too long.
        return Stream.of("08", "40", "53", "57P", "25006", "55P03").anyMatch(state::startsWith);
    }
}
