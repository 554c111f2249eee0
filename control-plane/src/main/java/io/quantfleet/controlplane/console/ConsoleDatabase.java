package io.quantfleet.controlplane.console;

import io.quantfleet.controlplane.storage.Database;
import jakarta.inject.Singleton;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/**
 * The console's way to the database: read-only transactions, each a consistent view of one moment. A connection is held
 * for the time of one {@link #read} and never while a page or an event is being sent. Safe for use by several threads.
 */
@Singleton
public class ConsoleDatabase {
    private final Database database;

    ConsoleDatabase(Database database) {
        this.database = database;
    }

    /**
     * What {@code query} reads.
     *
     * @throws io.quantfleet.controlplane.storage.DatabaseUnavailableException if the database is away
     */
    public <T> T read(Function<Handle, T> query) {
        return database.inTransaction(tx -> {
            tx.handle().execute("set transaction isolation level repeatable read, read only");
            return query.apply(tx.handle());
        });
    }
}
