package io.quantfleet.controlplane.lifecycle;

import java.util.Objects;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Tells of an outage when it begins, when its cause changes, and when it is over. For use by one thread. */
public final class OutageLog {
    private final Logger log;
    private final String what;
    private @Nullable String cause;

    /** @param what is away, for the message: "Kafka at localhost:9092" */
    public OutageLog(Logger log, String what) {
        this.log = log;
        this.what = what;
    }

    /** Another attempt failed. */
    public void failed(Throwable failure) {
        String now = failure.getClass().getSimpleName() + ": " + failure.getMessage();
        if (!Objects.equals(now, cause)) {
            log.warnf("%s is not available, waiting for it: %s", what, now);
            log.debug("the failure", failure);
            cause = now;
        }
    }

    /** An attempt succeeded. */
    public void succeeded() {
        if (cause != null) {
            log.infof("%s is available", what);
            cause = null;
        }
    }
}
