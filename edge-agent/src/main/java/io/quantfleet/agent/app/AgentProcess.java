package io.quantfleet.agent.app;

import io.quantfleet.agent.AgentException;
import io.quantfleet.agent.Backoff;
import io.quantfleet.agent.enrol.Enroller;
import io.quantfleet.agent.enrol.EnrolmentRequest;
import io.quantfleet.agent.enrol.EnrolmentResult;
import io.quantfleet.agent.enrol.EnrolmentResult.Refused;
import io.quantfleet.agent.enrol.HttpEnrolmentService;
import io.quantfleet.agent.enrol.Identity;
import io.quantfleet.agent.enrol.IdentityFile;
import io.quantfleet.agent.link.DeviceLink;
import io.quantfleet.agent.link.PahoDeviceLink;
import io.quantfleet.agent.link.PresenceMessages;
import io.quantfleet.agent.state.StateDirectory;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of the agent in this process, from taking its state directory to the signal that ends it. */
final class AgentProcess {
    private static final Logger LOG = LoggerFactory.getLogger(AgentProcess.class);

    private final AgentConfig config;
    private final String version;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile boolean enrolling = true;

    AgentProcess(AgentConfig config, String version) {
        this.config = config;
        this.version = version;
    }

    /** Returns the exit status. */
    int run() throws Exception {
        Thread main = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> shutDown(main), "shutdown"));
        try (StateDirectory directory = StateDirectory.open(config.stateDir())) {
            boolean restarted = Files.exists(directory.file("identity"));
            Optional<Identity> identity = identity(directory);
            enrolling = false;
            if (identity.isEmpty()) {
                return AgentCommand.ENROLMENT_REFUSED;
            }
            DeviceLink link = link(config, version, identity.get(), restarted);
            try (Agent agent = new Agent(config, version, identity.get(), directory, link)) {
                agent.start();
                stop.await();
            }
            return 0;
        } catch (InterruptedException stoppedWhileWaiting) {
            return 0;
        } finally {
            stopped.countDown();
        }
    }

    private Optional<Identity> identity(StateDirectory directory) throws InterruptedException {
        IdentityFile file = new IdentityFile(directory.file("identity"));
        Optional<Identity> stored = file.load();
        if (stored.isPresent()) {
            requireSame(stored.get());
            return stored;
        }
        if (config.controlPlane().isEmpty() || config.enrolmentToken().isEmpty()) {
            throw new AgentException("device " + config.deviceId() + " has not enrolled yet: give --control-plane and"
                    + " --enrolment-token (or the environment variables QUANTFLEET_AGENT_CONTROL_PLANE and"
                    + " QUANTFLEET_AGENT_ENROLMENT_TOKEN)");
        }
        EnrolmentResult result = new Enroller(
                        new HttpEnrolmentService(config.controlPlane().get()), file, backoff())
                .enrol(new EnrolmentRequest(
                        config.enrolmentToken().get(),
                        config.deviceId(),
                        config.deviceClass(),
                        version,
                        config.labels()));
        if (result instanceof Refused refused) {
            LOG.error(
                    "the control plane refused to enrol deviceId={} code={}: {}",
                    config.deviceId(),
                    refused.code(),
                    refused.reason());
        }
        return file.load();
    }

    private void requireSame(Identity stored) {
        if (!stored.deviceId().equals(config.deviceId())
                || !stored.deviceClass().equals(config.deviceClass())) {
            throw new AgentException("state directory " + config.stateDir() + " belongs to device '" + stored.deviceId()
                    + "' of class '" + stored.deviceClass() + "', not to '" + config.deviceId() + "' of class '"
                    + config.deviceClass() + "'; give each device a --state-dir of its own");
        }
    }

    /** @param restarted whether the device had enrolled before this run, so that many may start at once */
    static DeviceLink link(AgentConfig config, String version, Identity identity, boolean restarted) {
        return new PahoDeviceLink(
                identity,
                new PresenceMessages(identity.deviceId(), identity.deviceClass(), version, Clock.systemUTC()),
                backoff(),
                config.network().reconnectSpread(),
                restarted);
    }

    private static Backoff backoff() {
        return new Backoff(Duration.ofMillis(500), Duration.ofSeconds(30), ThreadLocalRandom.current());
    }

    /** Runs in the shutdown hook: ends the run, and holds up the end of the process until it has ended. */
    private void shutDown(Thread main) {
        stop.countDown();
        if (enrolling) {
            main.interrupt();
        }
        try {
            stopped.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
