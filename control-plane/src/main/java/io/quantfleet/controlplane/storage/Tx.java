package io.quantfleet.controlplane.storage;

import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;

/**
 * One open transaction. Whoever reads or writes takes it as a parameter, so that what happens together is visible in
 * the code that makes it happen. Valid on the thread and for the time of the {@link Database} call that made it.
 */
public final class Tx {
    private static final String TRIAL = "trial";

    private final Handle handle;

    Tx(Handle handle) {
        this.handle = handle;
    }

    /** The connection, for the adapters that speak SQL. */
    public Handle handle() {
        return handle;
    }

    /** Does something and undoes it, whatever comes of it; for what can only be known by trying. */
    public <T> T undone(Supplier<T> work) {
        handle.savepoint(TRIAL);
        try {
            return work.get();
        } finally {
            handle.rollbackToSavepoint(TRIAL);
        }
    }

    /** Runs {@code action} once the transaction is committed, on its thread; not at all if it is rolled back. */
    public void afterCommit(Runnable action) {
        handle.afterCommit(action);
    }
}
