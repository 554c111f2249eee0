package io.quantfleet.cli.simulate;

import io.quantfleet.agent.apply.ApplyLoop;
import io.quantfleet.agent.enrol.Identity;
import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.cli.simulate.Enrolments.Applicant;
import io.quantfleet.cli.simulate.SimulatedDevice.Surroundings;
import io.quantfleet.cli.simulate.memory.MemoryFileSystem;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Devices that run in this process until it is closed. What happens to which of them follows from the seed; when exactly,
 * from the machine.
 */
public final class SimulatedFleet implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SimulatedFleet.class);
    /** How long a device with the fault lives, or keeps its connection, on average. */
    private static final Duration BETWEEN_FAULTS = Duration.ofSeconds(10);

    private static final Duration LONGEST_DOWNTIME = Duration.ofSeconds(3);
    private static final int CONNECTS_PER_SECOND = 2000;
    private static final String UNPACKAGED_VERSION = "0.1.0";

    private final EventLoop loop;
    private final List<SimulatedDevice> devices = new ArrayList<>();
    private final Random random;

    /**
     * A fleet whose devices are yet to be started.
     *
     * @param identities of the enrolled devices
     */
    SimulatedFleet(List<Identity> identities, Behaviour behaviour, Faults faults, String agentVersion, long seed) {
        this.loop = new EventLoop(Math.max(2, Runtime.getRuntime().availableProcessors()));
        this.random = new Random(seed);
        Surroundings surroundings = new Surroundings(
                loop, new MemoryFileSystem(), new SimulatedRuntime.ProbeSets(), behaviour, agentVersion);
        for (Identity identity : identities) {
            devices.add(new SimulatedDevice(identity, surroundings, faults.draw(random), random.nextLong()));
        }
    }

    /**
     * Enrols devices and makes a fleet of them; they are yet to be started.
     *
     * @throws io.quantfleet.cli.CliException if the control plane refuses one or can't be reached
     */
    public static SimulatedFleet enrol(
            URI controlPlane, List<Group> groups, Behaviour behaviour, Faults faults, long seed) {
        String version = Optional.ofNullable(ApplyLoop.class.getPackage().getImplementationVersion())
                .orElse(UNPACKAGED_VERSION);
        List<Applicant> applicants = groups.stream()
                .flatMap(group -> IntStream.range(0, group.devices())
                        .mapToObj(number -> new Applicant(
                                String.format(Locale.ROOT, "%s-%05d", group.prefix(), number + 1),
                                group.deviceClass(),
                                group.token(),
                                version)))
                .toList();
        return new SimulatedFleet(new Enrolments(controlPlane).enrol(applicants), behaviour, faults, version, seed);
    }

    /**
     * Devices of one class.
     *
     * @param prefix of their ids, unique in the installation
     * @param token allows so many devices to enrol
     */
    public record Group(String prefix, String deviceClass, String token, int devices) {
        private static final Duration TOKEN_VALIDITY = Duration.ofHours(1);

        /** Devices with a token of their own for this fleet, which has to be there. */
        public static Group joining(
                ControlPlaneClient controlPlane, String fleet, String prefix, String deviceClass, int devices) {
            String token = controlPlane.createEnrolmentToken(fleet, deviceClass, devices, TOKEN_VALIDITY);
            return new Group(prefix, deviceClass, token, devices);
        }
    }

    /** The devices, in the order of their identities. */
    List<SimulatedDevice> devices() {
        return List.copyOf(devices);
    }

    /** Starts all, not quite at once, and whatever befalls them. */
    public void start() {
        for (int i = 0; i < devices.size(); i++) {
            SimulatedDevice device = devices.get(i);
            Duration delay = Duration.ofMillis(i * 1000L / CONNECTS_PER_SECOND);
            later(delay, () -> {
                device.boot();
                if (device.faults().contains(Fault.LOSS)) {
                    loseConnections(device);
                }
                if (device.faults().contains(Fault.CRASH)) {
                    crash(device);
                }
            });
        }
    }

    /** How many devices there are. */
    public int size() {
        return devices.size();
    }

    /** Kills a device's agent, and starts it again after a while. */
    public void crash(int device, Duration downtime) {
        SimulatedDevice victim = devices.get(device);
        victim.crash();
        later(downtime, victim::boot);
    }

    /** Breaks a device's connection. */
    public void cut(int device) {
        devices.get(device).cut();
    }

    /** How many devices have said last that they serve this version, and have it in a slot that is whole. */
    public int serving(String model, int version) {
        return (int) devices.stream()
                .filter(device -> device.tally()
                        .last()
                        .filter(standing -> standing.isServing(model, version))
                        .isPresent())
                .count();
    }

    /** How many devices have a slot that is not what its manifest says. */
    public int damaged() {
        return (int) devices.stream().filter(SimulatedDevice::isDamaged).count();
    }

    /** What the devices have done so far, together. */
    public FleetFigures figures() {
        return FleetFigures.of(devices);
    }

    private void loseConnections(SimulatedDevice device) {
        later(exponential(BETWEEN_FAULTS), () -> {
            device.cut();
            loseConnections(device);
        });
    }

    private void crash(SimulatedDevice device) {
        later(exponential(BETWEEN_FAULTS), () -> {
            device.crash();
            later(below(LONGEST_DOWNTIME), () -> {
                device.boot();
                crash(device);
            });
        });
    }

    private synchronized Duration exponential(Duration mean) {
        return Duration.ofMillis(Math.round(-Math.log(1 - random.nextDouble()) * mean.toMillis()));
    }

    private synchronized Duration below(Duration limit) {
        return Duration.ofMillis(Math.round(random.nextDouble() * limit.toMillis()));
    }

    private void later(Duration delay, Runnable task) {
        try {
            var unused = loop.agents()
                    .schedule(
                            () -> {
                                try {
                                    task.run();
                                } catch (RuntimeException e) {
                                    LOG.error("a simulated device can't go on", e);
                                }
                            },
                            delay.toMillis(),
                            TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException ends) {
            LOG.debug("the simulation ends");
        }
    }

    @Override
    public void close() throws InterruptedException {
        devices.forEach(SimulatedDevice::close);
        loop.close();
    }
}
