package io.quantfleet.controlplane.console;

import jakarta.inject.Singleton;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.postgres.PostgresPlugin;

/**
 * The console's way to the database: read-only transactions, each a consistent view of one moment. A connection is held
 * for the time of one {@link #read} and never while a page or an event is being sent. Safe for use by several threads.
 */
@Singleton
public class ConsoleDatabase {
    private final Jdbi jdbi;

    ConsoleDatabase(DataSource dataSource) {
        this.jdbi = Jdbi.create(dataSource).installPlugin(new PostgresPlugin());
    }

    /** What {@code query} reads. */
    public <T> T read(Function<Handle, T> query) {
        return jdbi.inTransaction(handle -> {
            handle.execute("set transaction isolation level repeatable read, read only");
            return query.apply(handle);
        });
    }
}
