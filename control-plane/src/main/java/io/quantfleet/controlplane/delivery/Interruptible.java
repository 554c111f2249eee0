package io.quantfleet.controlplane.delivery;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.ReasonCode;

/** Work in a transaction that also waits for the broker. */
@FunctionalInterface
interface Interruptible {
    void run(Tx tx) throws InterruptedException;

    /** Runs it; interrupted, it rolls back and throws like everything that has to be tried again. */
    static void run(Database database, Interruptible work) throws InterruptedException {
        try {
            database.useTransaction(tx -> {
                try {
                    work.run(tx);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new ControlPlaneException(ReasonCode.UNAVAILABLE, "interrupted while the broker was busy", e);
                }
            });
        } catch (ControlPlaneException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException(e.detail());
            }
            throw e;
        }
    }
}
