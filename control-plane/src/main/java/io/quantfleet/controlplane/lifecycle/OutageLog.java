package io.quantfleet.controlplane.lifecycle;

import io.quantfleet.controlplane.ControlPlaneException;
import java.util.Objects;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Tells of an outage when it begins, when its cause changes, and when it is over. For use by one thread. */
public final class OutageLog {
    private final Logger log;
    private final String what;
    private @Nullable String cause;

    /** @param what is waited for, for the message: "Kafka at localhost:9092" */
    public OutageLog(Logger log, String what) {
        this.log = log;
        this.what = what;
    }

    /** Another attempt failed. */
    public void failed(Throwable failure) {
        failed(
                failure instanceof ControlPlaneException refused
                        ? refused.detail()
                        : failure.getClass().getSimpleName() + ": " + failure.getMessage());
        log.debug("the failure", failure);
    }

    /** Another attempt failed, and this is why. */
    public void failed(String why) {
        if (!Objects.equals(why, cause)) {
            log.warnf("waiting for %s: %s", what, why);
            cause = why;
        }
    }

    /** An attempt succeeded. */
    public void succeeded() {
        if (cause != null) {
            log.infof("%s: available again", what);
            cause = null;
        }
    }
}
