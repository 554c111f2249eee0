package io.quantfleet.agent.enrol;

import io.quantfleet.agent.Backoff;
import io.quantfleet.agent.enrol.EnrolmentResult.Enrolled;
import io.quantfleet.agent.enrol.EnrolmentResult.Unavailable;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Enrols a device, waiting for a control plane that isn't there yet. */
public final class Enroller {
    private static final Logger LOG = LoggerFactory.getLogger(Enroller.class);

    private final EnrolmentService service;
    private final IdentityFile file;
    private final Backoff backoff;

    public Enroller(EnrolmentService service, IdentityFile file, Backoff backoff) {
        this.service = service;
        this.file = file;
        this.backoff = backoff;
    }

    /**
     * Asks until the control plane answers, and stores the identity if it says yes.
     *
     * @return {@link Enrolled} or {@link EnrolmentResult.Refused}
     */
    public EnrolmentResult enrol(EnrolmentRequest request) throws InterruptedException {
        while (true) {
            EnrolmentResult result = service.enrol(request);
            if (result instanceof Unavailable unavailable) {
                Duration pause = backoff.next();
                LOG.warn(
                        "waiting for the control plane: {}; next attempt in {} ms",
                        unavailable.reason(),
                        pause.toMillis());
                Thread.sleep(pause.toMillis());
                continue;
            }
            if (result instanceof Enrolled enrolled) {
                file.store(enrolled.identity());
                LOG.info(
                        "enrolled deviceId={} fleet={}",
                        request.deviceId(),
                        enrolled.identity().fleet());
            }
            return result;
        }
    }
}
