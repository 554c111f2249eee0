package io.quantfleet.cli.simulate;

import io.quantfleet.agent.Backoff;
import io.quantfleet.agent.SerialExecutor;
import io.quantfleet.agent.apply.ActiveModel;
import io.quantfleet.agent.apply.ApplyLoop;
import io.quantfleet.agent.enrol.Identity;
import io.quantfleet.agent.link.DeviceLink;
import io.quantfleet.agent.link.PresenceMessages;
import io.quantfleet.agent.serve.Model;
import io.quantfleet.agent.serve.ModelLoader;
import io.quantfleet.agent.state.StateDirectory;
import io.quantfleet.agent.telemetry.WindowStore;
import io.quantfleet.cli.simulate.memory.MemoryFileSystem;
import io.quantfleet.protocols.manifest.ManifestVerifier;
import io.quantfleet.protocols.v1.Manifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * One device: the agent's core on shared threads, over a link that may be faulty, with a disk in memory that outlives
 * its crashes. Safe for use by several threads.
 */
final class SimulatedDevice implements AutoCloseable {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    private static final int STORED_WINDOWS = 100;
    private static final double LARGEST_CLOCK_ERROR_DAYS = 3650;
    private static final double WRONG_ANSWERS_LEAVE = 2 / 3.0;

    private final Identity identity;
    private final Surroundings surroundings;
    private final Set<Fault> faults;
    private final DeviceTally tally = new DeviceTally();
    private final Random random;
    private final Clock clock;
    private final double accuracy;
    private Optional<Running> running = Optional.empty();
    private boolean closed;

    /** What all devices have in common. */
    record Surroundings(
            EventLoop loop,
            MemoryFileSystem files,
            SimulatedRuntime.ProbeSets probeSets,
            Behaviour behaviour,
            String agentVersion) {}

    /** An agent between two crashes. */
    private record Running(SerialExecutor thread, StateDirectory directory, ApplyLoop apply, CuttableLink link) {}

    SimulatedDevice(Identity identity, Surroundings surroundings, Set<Fault> faults, long seed) {
        this.identity = identity;
        this.surroundings = surroundings;
        this.faults = Set.copyOf(faults);
        this.random = new Random(seed);
        this.clock = faults.contains(Fault.LYING_CLOCK) ? lying(random) : Clock.systemUTC();
        double usual = surroundings.behaviour().accuracy().sample(random);
        this.accuracy = faults.contains(Fault.WRONG_ANSWERS) ? usual * WRONG_ANSWERS_LEAVE : usual;
    }

    Identity identity() {
        return identity;
    }

    Set<Fault> faults() {
        return faults;
    }

    DeviceTally tally() {
        return tally;
    }

    /** Starts the agent on what it finds; nothing if it runs. */
    synchronized void boot() {
        if (closed || running.isPresent()) {
            return;
        }
        try {
            running = Optional.of(start());
        } catch (IOException e) {
            throw new UncheckedIOException("device " + identity.deviceId() + " can't start", e);
        }
    }

    private Running start() throws IOException {
        EventLoop loop = surroundings.loop();
        StateDirectory directory = StateDirectory.open(directory());
        SerialExecutor thread = new SerialExecutor(loop.agents());
        PresenceMessages presence =
                new PresenceMessages(identity.deviceId(), identity.deviceClass(), surroundings.agentVersion(), clock);
        NettyDeviceLink wire = new NettyDeviceLink(
                identity,
                presence,
                new Backoff(FIRST_PAUSE, LONGEST_PAUSE, new Random(random.nextLong())),
                loop,
                thread);
        DeviceLink line =
                faults.isEmpty() ? wire : new FaultyLink(wire, faults, new Random(random.nextLong()), loop.agents());
        DeviceLink link = new ObservedLink(line, tally);
        SimulatedServing serving = new SimulatedServing(
                identity.deviceId(),
                new WindowStore(directory.directory("telemetry"), STORED_WINDOWS),
                link,
                clock,
                surroundings.behaviour().inferencesPerWindow(),
                thread);
        CountedInstallations installations = new CountedInstallations(serving);
        ApplyLoop apply = new ApplyLoop(
                thread,
                new ManifestVerifier.Verifying(
                        identity.deviceId(), identity.deviceClass(), surroundings.agentVersion()),
                identity.trust().trust(),
                directory,
                link,
                installations,
                runtime(),
                clock);
        apply.start();
        installations.recovered();
        thread.every(surroundings.behaviour().interval(), serving::cut);
        link.start(new Listener(
                apply, () -> thread.execute(serving::sessionLost), () -> thread.execute(serving::connected)));
        return new Running(thread, directory, apply, wire);
    }

    private ModelLoader runtime() {
        return new SimulatedRuntime(
                surroundings.files(),
                surroundings.probeSets(),
                accuracy,
                surroundings.behaviour().latency(),
                new Random(random.nextLong()));
    }

    /** Whether a slot holds something else than its manifest says. Meant for a device at rest. */
    boolean isDamaged() {
        return SlotCheck.isDamaged(directory().resolve("slots"));
    }

    private Path directory() {
        return surroundings.files().getPath("/" + identity.deviceId().value());
    }

    /** The connection breaks; the agent finds its way back. */
    synchronized void cut() {
        running.ifPresent(agent -> {
            tally.cut();
            agent.link().cut();
        });
    }

    /** The agent is gone, without a word, with whatever it had not stored; {@link #boot} starts it again. */
    synchronized void crash() {
        running.ifPresent(agent -> {
            tally.crashed();
            tally.connected(false);
            agent.thread().abandon();
            agent.link().vanish();
            release(agent.directory());
        });
        running = Optional.empty();
    }

    @Override
    public synchronized void close() {
        closed = true;
        running.ifPresent(agent -> {
            agent.thread().abandon();
            agent.link().close();
            release(agent.directory());
        });
        running = Optional.empty();
    }

    private static void release(StateDirectory directory) {
        try {
            directory.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Clock lying(Random random) {
        double days = (random.nextDouble() * 2 - 1) * LARGEST_CLOCK_ERROR_DAYS;
        return Clock.offset(
                Clock.systemUTC(),
                Duration.ofSeconds(Math.round(days * Duration.ofDays(1).toSeconds())));
    }

    /** Counts what begins to serve; that a restart loads it again is no installation. */
    private final class CountedInstallations implements ActiveModel {
        private final SimulatedServing serving;
        private volatile Optional<Thread> recovering = Optional.of(Thread.currentThread());

        CountedInstallations(SimulatedServing serving) {
            this.serving = serving;
        }

        void recovered() {
            recovering = Optional.empty();
        }

        @Override
        public Optional<Manifest> manifest() {
            return serving.manifest();
        }

        @Override
        public void serve(Model model, Manifest manifest) {
            if (recovering.filter(Thread.currentThread()::equals).isEmpty()) {
                tally.installed(manifest.getDeploymentId());
            }
            serving.serve(model, manifest);
        }
    }

    private record Listener(ApplyLoop apply, Runnable alsoSessionLost, Runnable alsoConnected)
            implements DeviceLink.Listener {
        @Override
        public void sessionLost() {
            apply.sessionLost();
            alsoSessionLost.run();
        }

        @Override
        public void connected() {
            apply.connected();
            alsoConnected.run();
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
}
