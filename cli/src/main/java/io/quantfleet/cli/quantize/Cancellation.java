package io.quantfleet.cli.quantize;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ends the work in order when the user presses Ctrl-C: the process waits, for a while, until the work has seen that it
 * shall stop and has removed what it had begun.
 */
final class Cancellation implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 10;

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch finished = new CountDownLatch(1);

    private Cancellation() {}

    static Cancellation onExit() {
        Cancellation cancellation = new Cancellation();
        Runtime.getRuntime().addShutdownHook(new Thread(cancellation::cancel, "cancel-quantize"));
        return cancellation;
    }

    private void cancel() {
        asked.countDown();
        try {
            if (!finished.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("quantfleet: gave up waiting; a folder .quantfleet-* may be left in the output");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** @throws QuantizerException if the work shall stop */
    void check() {
        if (asked.getCount() == 0) {
            throw new QuantizerException(ReasonCode.CANCELLED, "stopped; nothing was written");
        }
    }

    @Override
    public void close() {
        finished.countDown();
    }
}
