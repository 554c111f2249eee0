package io.quantfleet.cli.bench;

import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.cli.client.Rollout;
import io.quantfleet.cli.client.UnreachableException;
import io.quantfleet.cli.stack.Stack;
import io.quantfleet.cli.stack.StackPrograms;
import io.quantfleet.cli.stack.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** One round: a rollout, what befalls everybody meanwhile, and what has become of it. */
final class ChaosRound {
    private static final Duration START_LIMIT = Duration.ofMinutes(1);
    private static final long POLL_MILLIS = 200;
    private static final int LONGEST_DELAY_MILLIS = 800;
    private static final int LONGEST_DOWNTIME_MILLIS = 1500;

    private final Stack stack;
    private final ControlPlaneClient client;
    private final ChaosFleet fleet;
    private final ChaosModel model;
    private final Duration limit;

    ChaosRound(Stack stack, ControlPlaneClient client, ChaosFleet fleet, ChaosModel model, Duration limit) {
        this.stack = stack;
        this.client = client;
        this.fleet = fleet;
        this.model = model;
        this.limit = limit;
    }

    /**
     * What became of a round.
     *
     * @param lost devices that do not serve what they should when the time is up
     * @param corrupt devices with a damaged slot
     * @param unreported deployments of whose end the control plane does not know
     * @param kills how often what was done
     */
    record Result(int lost, int corrupt, int unreported, Map<String, Integer> kills) {
        Result {
            kills = Map.copyOf(kills);
        }
    }

    /** Takes the fleet to a version while the seed's misfortunes happen. */
    Result run(int version, Random random) throws InterruptedException {
        Rollout rollout = Waiting.until(
                START_LIMIT,
                () -> Optional.of(client.createRollout(ChaosFleet.NAME, ChaosModel.NAME, version)),
                () -> "no rollout");
        Map<String, Integer> kills = new TreeMap<>();
        for (Misfortune misfortune : misfortunes(random, version)) {
            TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_DELAY_MILLIS));
            misfortune.strike().run();
            kills.merge(misfortune.name(), 1, Integer::sum);
        }
        long deadline = System.nanoTime() + limit.toNanos();
        Optional<Rollout> last = Optional.empty();
        while (System.nanoTime() < deadline && !isOver(last, version)) {
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            last = ask(rollout.id()).or(() -> Optional.empty());
        }
        return new Result(lost(last, version), fleet.damaged(), unreported(last), kills);
    }

    private record Misfortune(String name, Runnable strike) {}

    /** Processes seldom, for they take seconds to come back; devices often. In random order. */
    private List<Misfortune> misfortunes(Random random, int version) {
        List<Misfortune> chosen = new ArrayList<>();
        if (random.nextDouble() < 0.15) {
            chosen.add(new Misfortune("control-plane", () -> kill(StackPrograms.CONTROL_PLANE)));
        }
        if (random.nextDouble() < 0.08) {
            chosen.add(new Misfortune("broker", () -> kill(StackPrograms.SERVERS)));
        }
        if (random.nextDouble() < 0.1) {
            model.giveWork(version);
            chosen.add(new Misfortune("worker", () -> kill(StackPrograms.worker(0))));
        }
        for (String agent : fleet.agents()) {
            if (random.nextDouble() < 0.3) {
                chosen.add(new Misfortune("agent", () -> kill(agent)));
            }
        }
        for (int device = 0; device < fleet.simulated().size(); device++) {
            int victim = device;
            double dice = random.nextDouble();
            if (dice < 0.1) {
                Duration downtime = Duration.ofMillis(random.nextInt(LONGEST_DOWNTIME_MILLIS));
                chosen.add(new Misfortune("device", () -> fleet.simulated().crash(victim, downtime)));
            } else if (dice < 0.25) {
                chosen.add(new Misfortune("connection", () -> fleet.simulated().cut(victim)));
            }
        }
        Collections.shuffle(chosen, random);
        return chosen;
    }

    private void kill(String program) {
        Optional.ofNullable(stack.supervisor().running().get(program)).ifPresent(ProcessHandle::destroyForcibly);
    }

    private Optional<Rollout> ask(String id) {
        try {
            return Optional.of(client.rollout(id));
        } catch (UnreachableException e) {
            return Optional.empty();
        }
    }

    private boolean isOver(Optional<Rollout> last, int version) {
        return last.filter(rollout -> rollout.state().equals("FINISHED")).isPresent() && lost(last, version) == 0;
    }

    /** Of the simulated devices by their own word, of the processes by what the control plane knows. */
    private int lost(Optional<Rollout> last, int version) {
        long active = last.stream()
                .flatMap(rollout -> rollout.devices().stream())
                .filter(device -> device.state().equals("ACTIVE"))
                .count();
        int silent = fleet.simulated().size() - fleet.simulated().serving(ChaosModel.NAME, version);
        return Math.max(silent, fleet.size() - (int) active);
    }

    private int unreported(Optional<Rollout> last) {
        long ended = last.stream()
                .flatMap(rollout -> rollout.devices().stream())
                .filter(device -> List.of("ACTIVE", "REFUSED", "REVERTED").contains(device.state()))
                .count();
        return fleet.size() - (int) ended;
    }
}
