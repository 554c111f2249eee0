package io.quantfleet.agent.app;

import io.micrometer.core.instrument.Clock;
import io.quantfleet.agent.SerialExecutor;
import io.quantfleet.agent.apply.ApplyLoop;
import io.quantfleet.agent.enrol.Identity;
import io.quantfleet.agent.inference.InferenceApi;
import io.quantfleet.agent.inference.InferenceServer;
import io.quantfleet.agent.link.DeviceLink;
import io.quantfleet.agent.serve.ClientRequests;
import io.quantfleet.agent.serve.OrtModelLoader;
import io.quantfleet.agent.serve.ServingLoop;
import io.quantfleet.agent.state.StateDirectory;
import io.quantfleet.agent.telemetry.AgentMeters;
import io.quantfleet.agent.telemetry.DeviceVitals;
import io.quantfleet.agent.telemetry.MqttMeterRegistry;
import io.quantfleet.agent.telemetry.WindowPublisher;
import io.quantfleet.agent.telemetry.WindowStore;
import io.quantfleet.protocols.manifest.ManifestVerifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An enrolled device's agent: the parts, put together. */
final class Agent implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Agent.class);
    /** A day of windows at the default interval. */
    private static final int STORED_WINDOWS = 1440;

    private static final Duration HEALTH_INTERVAL = Duration.ofSeconds(10);

    private final AgentConfig config;
    private final Identity identity;
    private final DeviceLink link;
    private final WindowPublisher windows;
    private final MqttMeterRegistry registry;
    private final ServingLoop serving;
    private final ServingModel active;
    private final ScheduledExecutorService applyThread;
    private final ApplyLoop apply;
    private final Optional<InferenceApi> inference;
    private final Path portFile;
    private Optional<InferenceServer> server = Optional.empty();
    private final ClientRequests requests = new ClientRequests(System::nanoTime);

    /** An agent that talks over this link, which is closed with it. */
    Agent(AgentConfig config, String version, Identity identity, StateDirectory directory, DeviceLink link)
            throws IOException {
        this.config = config;
        this.identity = identity;
        java.time.Clock clock = java.time.Clock.systemUTC();
        this.link = link;
        WindowStore store = new WindowStore(directory.directory("telemetry"), STORED_WINDOWS);
        this.windows = new WindowPublisher(identity.deviceId(), store, link);
        this.registry = new MqttMeterRegistry(config.telemetryInterval(), Clock.SYSTEM, windows::accept);
        DeviceVitals vitals = new DeviceVitals(Path.of("/proc"), Path.of("/sys/class"));
        AgentMeters meters = new AgentMeters(registry, vitals);
        this.serving = new ServingLoop(meters, config.probePeriod(), new Random());
        this.active = new ServingModel(serving, registry, requests);
        this.inference = config.inference()
                .map(how -> new InferenceApi(active, meters, version, how.feedbackWithin(), requests));
        this.portFile = directory.file("inference-port");
        this.applyThread = Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "apply"));
        this.apply = new ApplyLoop(
                new SerialExecutor(applyThread),
                new ManifestVerifier.Verifying(identity.deviceId(), identity.deviceClass(), version),
                identity.trust().trust(),
                directory,
                link,
                active,
                new OrtModelLoader(config.executionProviders(), Optional.of(directory.file("runtime"))),
                config.network().fetch(),
                clock);
    }

    void start() throws IOException {
        registry.start(task -> daemon(task, "windows"));
        startServer();
        apply.start();
        link.start(new Listener(apply, windows));
        config.healthFile()
                .map(HealthFile::new)
                .ifPresent(health -> apply.every(HEALTH_INTERVAL, () -> health.touch(status())));
        LOG.info("agent runs {}", identity);
    }

    private void startServer() throws IOException {
        if (inference.isPresent()) {
            AgentConfig.Inference how = config.inference().orElseThrow();
            InferenceServer started = InferenceServer.start(inference.get(), how.port(), how.largestRequest());
            server = Optional.of(started);
            Files.writeString(portFile, started.port() + System.lineSeparator());
        }
    }

    /** The apply loop takes the messages; stored windows go out with each new connection. */
    private record Listener(ApplyLoop apply, WindowPublisher windows) implements DeviceLink.Listener {
        @Override
        public void sessionLost() {
            apply.sessionLost();
            windows.sessionLost();
        }

        @Override
        public void connected() {
            apply.connected();
            windows.drain();
        }

        @Override
        public void disconnected() {
            apply.disconnected();
        }

        @Override
        public void received(String topic, byte[] payload, Runnable acknowledge) {
            apply.received(topic, payload, acknowledge);
        }
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    private String status() {
        return active.manifest()
                .map(manifest -> "serving " + manifest.getModelName() + " version " + manifest.getModelVersion())
                .orElse("serving nothing yet");
    }

    /** Stops serving, sends what was measured, says good-bye. */
    @Override
    public void close() throws Exception {
        server.ifPresent(InferenceServer::close);
        Files.deleteIfExists(portFile);
        apply.close();
        applyThread.shutdownNow();
        serving.close();
        registry.close();
        windows.close();
        link.close();
        LOG.info("agent stopped deviceId={}", identity.deviceId());
    }
}
