package io.quantfleet.cli.simulate;

import io.quantfleet.agent.Backoff;
import io.quantfleet.agent.enrol.EnrolmentRequest;
import io.quantfleet.agent.enrol.EnrolmentResult;
import io.quantfleet.agent.enrol.EnrolmentService;
import io.quantfleet.agent.enrol.HttpEnrolmentService;
import io.quantfleet.agent.enrol.Identity;
import io.quantfleet.cli.CliException;
import io.quantfleet.protocols.DeviceId;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Enrols many devices, several at a time, as each would enrol itself. */
final class Enrolments {
    private static final int AT_ONCE = 8;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final int ATTEMPTS = 20;

    private final EnrolmentService service;

    Enrolments(URI controlPlane) {
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(LONGEST_PAUSE)
                .build();
        this.service = new HttpEnrolmentService(controlPlane, () -> client);
    }

    /** A device that wants to enrol. */
    record Applicant(String deviceId, String deviceClass, String token, String agentVersion) {}

    /**
     * The identities, in the applicants' order. Asking again for one that was enrolled with the same token is harmless.
     *
     * @throws CliException if the control plane refuses one, or can't be reached for long
     */
    List<Identity> enrol(List<Applicant> applicants) {
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        try {
            List<Future<Identity>> pending = new ArrayList<>();
            applicants.forEach(applicant -> pending.add(threads.submit(() -> enrol(applicant))));
            List<Identity> identities = new ArrayList<>();
            for (Future<Identity> identity : pending) {
                identities.add(identity.get());
            }
            return identities;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof CliException known ? known : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException("interrupted", e);
        } finally {
            threads.shutdownNow();
        }
    }

    private Identity enrol(Applicant applicant) throws InterruptedException {
        EnrolmentRequest request = new EnrolmentRequest(
                applicant.token(),
                new DeviceId(applicant.deviceId()),
                applicant.deviceClass(),
                applicant.agentVersion(),
                Map.of("simulated", "true"));
        Backoff backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE, new Random());
        for (int attempt = 1; ; attempt++) {
            EnrolmentResult result = service.enrol(request);
            if (result instanceof EnrolmentResult.Enrolled enrolled) {
                return enrolled.identity();
            } else if (result instanceof EnrolmentResult.Refused refused) {
                throw new CliException("the control plane refuses to enrol " + applicant.deviceId() + ": "
                        + refused.reason() + " (" + refused.code() + ")");
            } else if (result instanceof EnrolmentResult.Unavailable unavailable && attempt == ATTEMPTS) {
                throw new CliException("can't enrol " + applicant.deviceId() + ": " + unavailable.reason());
            }
            Thread.sleep(backoff.next().toMillis());
        }
    }
}
