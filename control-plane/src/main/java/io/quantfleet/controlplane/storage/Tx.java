package io.quantfleet.controlplane.storage;

import org.jdbi.v3.core.Handle;

/**
 * One open transaction. Whoever reads or writes takes it as a parameter, so that what happens together is visible in
 * the code that makes it happen. Valid on the thread and for the time of the {@link Database} call that made it.
 */
public final class Tx {
    private final Handle handle;

    Tx(Handle handle) {
        this.handle = handle;
    }

    /** The connection, for the adapters that speak SQL. */
    public Handle handle() {
        return handle;
    }

    /** Runs {@code action} once the transaction is committed, on its thread; not at all if it is rolled back. */
    public void afterCommit(Runnable action) {
        handle.afterCommit(action);
    }
}
