package io.quantfleet.cli.bench;

import io.quantfleet.cli.CliException;
import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.cli.simulate.Behaviour;
import io.quantfleet.cli.simulate.Faults;
import io.quantfleet.cli.simulate.SimulatedFleet;
import io.quantfleet.cli.simulate.SlotCheck;
import io.quantfleet.cli.stack.Installation;
import io.quantfleet.cli.stack.Program;
import io.quantfleet.cli.stack.Stack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The fleet of the chaos bench: some agents as processes of their own, which are killed as processes are, and some
 * simulated ones, whose network doubles messages and lets them overtake each other all the time.
 */
final class ChaosFleet implements AutoCloseable {
    static final String NAME = "chaos";
    static final String DEVICE_CLASS = "rpi-cpu";

    private static final String FAULTS = "duplication=0.7,reordering=0.7";
    private static final Duration TOKEN_VALIDITY = Duration.ofHours(1);
    /** What an agent logs when a deployment of its own became ACTIVE. */
    private static final Pattern ACTIVATED = Pattern.compile("deployment ACTIVE deploymentId=(\\S+)");

    private final Stack stack;
    private final List<String> agents;
    private final SimulatedFleet simulated;

    private ChaosFleet(Stack stack, List<String> agents, SimulatedFleet simulated) {
        this.stack = stack;
        this.agents = agents;
        this.simulated = simulated;
    }

    /** Enrols and starts both kinds. */
    static ChaosFleet start(Stack stack, int processes, int simulated, long seed) {
        ControlPlaneClient client = new ControlPlaneClient(stack.addresses().console());
        client.createFleet(NAME, "Devices that suffer");
        String token = client.createEnrolmentToken(NAME, DEVICE_CLASS, Math.max(1, processes), TOKEN_VALIDITY);
        List<String> agents = IntStream.rangeClosed(1, processes)
                .mapToObj(number -> "agent-" + number)
                .toList();
        agents.forEach(agent -> {
            stack.supervisor().launch(program(stack, agent, token));
            stack.supervisor().awaitReady(agent);
        });
        SimulatedFleet fleet = SimulatedFleet.enrol(
                stack.addresses().console(),
                List.of(SimulatedFleet.Group.joining(client, NAME, "simulated", DEVICE_CLASS, simulated)),
                new Behaviour(Behaviour.USUAL.latency(), Behaviour.USUAL.accuracy(), Duration.ofSeconds(5), 2),
                Faults.parse(FAULTS),
                seed);
        fleet.start();
        return new ChaosFleet(stack, agents, fleet);
    }

    private static Program program(Stack stack, String agent, String token) {
        return new Program(
                agent,
                List.of(
                        Installation.current().java().toString(),
                        "-Xmx64m",
                        "-Xss256k",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-jar",
                        Installation.current().agent().toString(),
                        "--control-plane",
                        stack.addresses().console().toString(),
                        "--device-id",
                        agent,
                        "--device-class",
                        DEVICE_CLASS,
                        "--state-dir",
                        state(stack, agent).toString(),
                        "--telemetry-interval",
                        "5s"),
                Map.of("QUANTFLEET_AGENT_ENROLMENT_TOKEN", token),
                stack.directory().log(agent),
                Optional.empty(),
                Duration.ofMinutes(1),
                Duration.ofSeconds(10));
    }

    private static Path state(Stack stack, String agent) {
        return stack.directory().resolve("agents").resolve(agent);
    }

    /** The names of the agents that are processes. */
    List<String> agents() {
        return agents;
    }

    SimulatedFleet simulated() {
        return simulated;
    }

    int size() {
        return agents.size() + simulated.size();
    }

    /** Devices with a slot that is not what its manifest says. */
    int damaged() {
        long processes = agents.stream()
                .filter(agent -> SlotCheck.isDamaged(state(stack, agent).resolve("slots")))
                .count();
        return (int) processes + simulated.damaged();
    }

    /** Deployments, since the start, that a device brought to serve more than once. */
    int duplicates() {
        return simulated.figures().duplicates()
                + agents.stream().mapToInt(this::activatedTwice).sum();
    }

    private int activatedTwice(String agent) {
        Map<String, Integer> activations = new HashMap<>();
        try (Stream<String> lines = Files.lines(stack.directory().log(agent))) {
            lines.map(ACTIVATED::matcher)
                    .filter(Matcher::find)
                    .forEach(found -> activations.merge(found.group(1), 1, Integer::sum));
        } catch (IOException e) {
            throw new CliException("can't read the log of " + agent, e);
        }
        return (int) activations.values().stream().filter(count -> count > 1).count();
    }

    @Override
    public void close() throws InterruptedException {
        simulated.close();
    }
}
