package io.quantfleet.cli.bench;

import static io.quantfleet.cli.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.cli.simulate.Behaviour;
import io.quantfleet.cli.simulate.Distribution;
import io.quantfleet.cli.simulate.Faults;
import io.quantfleet.cli.simulate.FleetFigures;
import io.quantfleet.cli.simulate.SimulatedFleet;
import io.quantfleet.cli.stack.Installation;
import io.quantfleet.cli.stack.Stack;
import io.quantfleet.cli.stack.StackOptions;
import io.quantfleet.cli.terminal.Progress;
import io.quantfleet.protocols.ReasonCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Small simulated fleets on a real stack, each with a rollout to it and one thing that goes wrong. */
// Starts whole stacks; not part of every run.
@Tag("slow")
class SimulationIT {
    private static final String DEVICE_CLASS = "rpi-cpu";
    private static final int DEVICES = 6;
    private static final int ARTIFACT_BYTES = 700_000;

    @TempDir
    private static Path directory;

    private static Stack stack;
    private static ControlPlaneClient client;

    @BeforeAll
    static void start() {
        stack = Stack.open(
                new StackOptions(directory.resolve("data"), OptionalInt.empty(), 0),
                Installation.current(),
                Progress.onStandardError());
        stack.start();
        client = new ControlPlaneClient(stack.addresses().console());
    }

    @AfterAll
    static void stop() {
        stack.close();
    }

    @Test
    void healthyDevicesInstallOnceAndFetchEveryByteOnce() throws InterruptedException {
        try (SimulatedFleet fleet = rollOut("healthy", Faults.NONE)) {
            FleetFigures figures = awaitEnd(fleet, all("ACTIVE"));

            assertThat(figures.duplicates()).isZero();
            assertThat(fleet.damaged()).isZero();
            // The variant, and a probe set of some hundred bytes.
            assertThat(figures.bytesDelivered())
                    .isBetween((long) DEVICES * ARTIFACT_BYTES, (long) DEVICES * (ARTIFACT_BYTES + 1000));
            await().until(() -> fleet.figures().windows() >= DEVICES);
        }
    }

    @ParameterizedTest
    @CsvSource({"loss=1", "crash=1", "slowness=1", "'duplication=1,reordering=1'"})
    void whatOnlyDelaysEndsInEveryDeviceActiveOnce(String faults) throws InterruptedException {
        String name = faults.replaceAll("[^a-z]+", "-");
        try (SimulatedFleet fleet = rollOut(name + "x", Faults.parse(faults))) {
            FleetFigures figures = awaitEnd(fleet, all("ACTIVE"));

            assertThat(figures.duplicates()).isZero();
            assertThat(fleet.damaged()).isZero();
        }
    }

    @Test
    void corruptedChunksAreFetchedAgainAndNeverInstalled() throws InterruptedException {
        try (SimulatedFleet fleet = rollOut("corrupted", Faults.parse("corruption=1"))) {
            FleetFigures figures = awaitEnd(fleet, now -> now.in("ACTIVE") + now.in("REFUSED") == DEVICES);

            assertThat(fleet.damaged()).isZero();
            assertThat(figures.in("ACTIVE")).isPositive();
            assertThat(figures.reasons().keySet()).isSubsetOf(ReasonCode.CHUNK_HASH_MISMATCH.name());
        }
    }

    @Test
    void devicesWhoseModelAnswersWrongKeepWhatTheyHad() throws InterruptedException {
        try (SimulatedFleet fleet = rollOut("wrong", Faults.parse("wrong-answers=1"))) {
            FleetFigures figures = awaitEnd(fleet, all("REVERTED"));

            assertThat(figures.reasons()).containsOnlyKeys(ReasonCode.SELF_TEST_FAILED.name());
            assertThat(figures.duplicates()).isZero();
        }
    }

    @Test
    void devicesWithLyingClocksEndInOneReportEach() throws InterruptedException {
        try (SimulatedFleet fleet = rollOut("clocks", Faults.parse("lying-clock=1"))) {
            FleetFigures figures = awaitEnd(fleet, now -> now.in("ACTIVE") + now.in("REFUSED") == DEVICES);

            assertThat(figures.duplicates()).isZero();
            assertThat(fleet.damaged()).isZero();
        }
    }

    /** A fleet of that name with a rollout under way. */
    private static SimulatedFleet rollOut(String name, Faults faults) {
        client.createFleet(name, "");
        String token = client.createEnrolmentToken(name, DEVICE_CLASS, DEVICES, Duration.ofHours(1));
        SimulatedFleet fleet = SimulatedFleet.enrol(
                stack.addresses().console(),
                List.of(new SimulatedFleet.Group(name, DEVICE_CLASS, token, DEVICES)),
                new Behaviour(
                        Distribution.Latency.parse("5ms:9ms"),
                        Distribution.Accuracy.parse("1"),
                        Duration.ofSeconds(1),
                        20),
                faults,
                name.hashCode());
        int version = new PreparedVariant(stack).register(name, DEVICE_CLASS, ARTIFACT_BYTES, name.hashCode());
        fleet.start();
        client.createRollout(name, name, version);
        return fleet;
    }

    private static Predicate<FleetFigures> all(String state) {
        return figures -> figures.in(state) == DEVICES;
    }

    private static FleetFigures awaitEnd(SimulatedFleet fleet, Predicate<FleetFigures> end) {
        return await().until(fleet::figures, end);
    }
}
