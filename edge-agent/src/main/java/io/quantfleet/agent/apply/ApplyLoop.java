package io.quantfleet.agent.apply;

import io.quantfleet.agent.SerialExecutor;
import io.quantfleet.agent.apply.Deployment.Active;
import io.quantfleet.agent.apply.Deployment.Failure;
import io.quantfleet.agent.link.DeviceLink;
import io.quantfleet.agent.serve.Model;
import io.quantfleet.agent.serve.ModelException;
import io.quantfleet.agent.serve.ModelLoader;
import io.quantfleet.agent.slot.Slot;
import io.quantfleet.agent.slot.Slots;
import io.quantfleet.agent.state.StateDirectory;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.manifest.DeviceTime;
import io.quantfleet.protocols.manifest.ManifestVerifier;
import io.quantfleet.protocols.mqtt.MqttTopics;
import io.quantfleet.protocols.trace.TraceParent;
import io.quantfleet.protocols.trust.Trust;
import io.quantfleet.protocols.v1.Manifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent's main thread: takes what the link receives, and keeps the device to its desired state. Messages are
 * acknowledged when they have been dealt with, so the broker sends no more chunks at once than the link allows, and
 * sends again what was not dealt with when the agent died.
 */
public final class ApplyLoop implements DeviceLink.Listener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ApplyLoop.class);
    private static final Duration TICK = Duration.ofSeconds(1);
    /** After so many ticks what failed, a full disk in most cases, is tried again. */
    private static final int RETRY_TICKS = 15;
    /** A model that has served for so many ticks is not the one that crashes the agent. */
    private static final int SETTLED_TICKS = 60;
    /** So many starts in a row that didn't get as far are too many. */
    private static final int STARTS = 4;

    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    private final SerialExecutor thread;
    private final String desiredTopic;
    private final DeviceLink link;
    private final ActiveModel active;
    private final ModelLoader loader;
    private final Slots slots;
    private final AssignmentFile assignments;
    private final Reporter reporter;
    private final ChunkSources sources;
    private final DeploymentRunner runner;
    private final DesiredStateHandler desiredStates;
    private final Deployment deployment;
    private final StartCounter starts;
    private final TimeFloor floor;
    private boolean connected;
    private int ticks;
    private int retryIn;
    private Optional<byte[]> undone = Optional.empty();
    private Optional<Manifest> aboutToServe = Optional.empty();

    /** An agent's loop that fetches as is usual; see the other constructor. */
    public ApplyLoop(
            SerialExecutor thread,
            ManifestVerifier.Verifying self,
            Trust pinned,
            StateDirectory directory,
            DeviceLink link,
            ActiveModel active,
            ModelLoader loader,
            Clock clock)
            throws IOException {
        this(thread, self, pinned, directory, link, active, loader, FetchSettings.DEFAULT, clock);
    }

    /**
     * Reads what the directory holds.
     *
     * @param thread runs everything; closed with the loop
     * @throws IOException if the state directory can't be read or written
     */
    public ApplyLoop(
            SerialExecutor thread,
            ManifestVerifier.Verifying self,
            Trust pinned,
            StateDirectory directory,
            DeviceLink link,
            ActiveModel active,
            ModelLoader loader,
            FetchSettings fetch,
            Clock clock)
            throws IOException {
        this.thread = thread;
        this.desiredTopic = MqttTopics.of(self.device(), MqttTopics.Channel.DESIRED);
        this.link = link;
        this.active = active;
        this.loader = loader;
        this.slots = new Slots(directory.directory("slots"));
        this.assignments = new AssignmentFile(directory.file("deployment.manifest"));
        ChunkDirectory chunks = new ChunkDirectory(directory.directory("chunks"));
        this.starts = new StartCounter(directory.file("starts"), BOOT_ID);
        Reports reports = new Reports(self.device(), self.agentVersion(), clock);
        JournalFile journal = new JournalFile(directory.file("journal"));
        journal.repair(() -> new LostJournal(reports, clock).rebuild(manifestsAtHand()));
        this.reporter = new Reporter(self.device(), reports, journal, link, thread, this::serving);
        this.deployment = new Deployment(reporter.restored(), reporter);
        Installer installer = new Installer(deployment, reporter, chunks, slots, loader, active);
        this.sources = new ChunkSources(link, fetch, clock, thread);
        this.runner = new DeploymentRunner(
                deployment, installer, chunks, slots, sources, ChunkFetch.Limits.of(self.device()), clock);
        TrustFile trust = new TrustFile(directory.file("trust.statement"), pinned);
        this.floor = new TimeFloor(directory.file("time-floor"), assignments.load(), System::nanoTime);
        ManifestVerifier verifier =
                new ManifestVerifier(trust, self, trusted -> new DeviceTime(clock.instant(), floor.atLeast(trusted)));
        this.desiredStates = new DesiredStateHandler(
                verifier, deployment, reporter, assignments, runner, last -> floor.raise(last, trust.current()));
    }

    /**
     * Serves what was served before the restart and goes on with what was under way. Returns when the old model serves;
     * the link may be started then, with this loop as its listener.
     */
    public void start() throws IOException {
        giveUpWhatKeepsCrashing();
        slots.recover(this::open).ifPresent(model -> active.serve(model.model(), model.manifest()));
        aboutToServe = Optional.empty();
        link.subscribe(List.of(desiredTopic));
        submit("resume", () -> runner.resume(assignments, active.manifest()));
        thread.every(TICK, guarded("tick", this::tick));
    }

    /** Runs something on the loop's thread at intervals; that it runs shows that the loop is alive. */
    public void every(Duration interval, Runnable task) {
        thread.every(interval, guarded("periodic task", task::run));
    }

    @Override
    public void sessionLost() {
        submit("session lost", reporter::sessionLost);
    }

    @Override
    public void connected() {
        submit("connected", () -> {
            connected = true;
            runner.connected();
            reporter.connected();
        });
    }

    @Override
    public void disconnected() {
        submit("disconnected", () -> connected = false);
    }

    @Override
    public void received(String topic, byte[] payload, Runnable acknowledge) {
        received(topic, payload, Optional.empty(), acknowledge);
    }

    @Override
    public void received(String topic, byte[] payload, TraceParent trace, Runnable acknowledge) {
        received(topic, payload, Optional.of(trace), acknowledge);
    }

    private void received(String topic, byte[] payload, Optional<TraceParent> trace, Runnable acknowledge) {
        submit("message on " + topic, () -> {
            try {
                dispatch(topic, payload, trace);
            } finally {
                acknowledge.run();
            }
        });
    }

    /** Finishes what it is at, and stops. */
    @Override
    public void close() throws InterruptedException {
        thread.close();
        sources.close();
        starts.settled();
    }

    private Optional<Manifest> serving() {
        return active.manifest().or(() -> aboutToServe);
    }

    private Stream<Manifest> manifestsAtHand() {
        try {
            Optional<Slot> current = slots.current();
            Optional<Manifest> inSlot = current.isPresent() ? current.get().manifest() : Optional.empty();
            return Stream.concat(assignments.load().map(Assignment::manifest).stream(), inSlot.stream());
        } catch (IOException e) {
            throw new UncheckedIOException("the slots can't be read", e);
        }
    }

    /** The current model if it took the agent down at its last starts: the one before serves instead. */
    private void giveUpWhatKeepsCrashing() throws IOException {
        Optional<Slot> current = slots.current();
        Optional<Manifest> manifest = current.isPresent() ? current.get().manifest() : Optional.empty();
        if (manifest.isEmpty()) {
            return;
        }
        String deploymentId = manifest.get().getDeploymentId();
        if (starts.count(deploymentId) < STARTS) {
            return;
        }
        LOG.error("the model keeps crashing the agent, going back to the one before deploymentId={}", deploymentId);
        aboutToServe = slots.inactive().manifest();
        boolean stands = deployment.state() instanceof Active state
                && state.attempt().deploymentId().equals(deploymentId);
        if (stands) {
            deployment.crash(new Failure(
                    ReasonCode.MODEL_CRASHED,
                    "the agent died within a minute of " + (STARTS - 1)
                            + " starts in a row while it served this model"));
        }
        slots.discardCurrent();
    }

    private void dispatch(String topic, byte[] payload, Optional<TraceParent> trace) {
        Optional<Sha256> chunk = MqttTopics.parseChunk(topic);
        if (chunk.isPresent()) {
            runner.chunkArrived(chunk.get(), payload);
        } else if (topic.equals(desiredTopic)) {
            undone = Optional.of(payload);
            desiredStates.handle(payload, trace);
            undone = Optional.empty();
        } else {
            LOG.warn("a message on a topic that nobody subscribed to topic={}", topic);
        }
    }

    private void tick() throws IOException {
        if (++ticks == SETTLED_TICKS) {
            starts.settled();
        }
        if (retryIn > 0 && --retryIn == 0) {
            tryAgain();
        }
        floor.tick();
        runner.tick(connected);
        if (connected) {
            reporter.tick();
        }
    }

    /** A step that failed half-way left the deployment where nobody works on it, or a desired state unread. */
    private void tryAgain() throws IOException {
        runner.resume(assignments, active.manifest());
        if (undone.isPresent()) {
            desiredStates.handle(undone.get());
            undone = Optional.empty();
        }
    }

    private record Opened(Model model, Manifest manifest) {}

    private Optional<Opened> open(Slots.Installed installed) {
        try {
            Model model = loader.load(
                    installed.slot().model(),
                    installed.slot().probeSet(),
                    installed.manifest().getExecutionProvidersList());
            return Optional.of(new Opened(model, installed.manifest()));
        } catch (ModelException e) {
            LOG.error("the model of slot {} can't be loaded: {}", installed.slot(), e.getMessage());
            return Optional.empty();
        }
    }

    private interface Step {
        void run() throws Exception;
    }

    private void submit(String what, Step step) {
        thread.execute(guarded(what, step));
    }

    /** The thread's outermost loop: a step that fails is logged, the next one runs, and what was left undone is done later. */
    private Runnable guarded(String what, Step step) {
        return () -> {
            try {
                step.run();
            } catch (Exception e) {
                LOG.error("{} failed; trying again in {} s", what, RETRY_TICKS * TICK.toSeconds(), e);
                retryIn = retryIn > 0 ? retryIn : RETRY_TICKS;
            }
        };
    }
}
