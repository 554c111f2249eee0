package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.gate.Finding;
import io.quantfleet.controlplane.gate.Gates;
import io.quantfleet.controlplane.gate.Verdict;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Runs the stages of a rollout, a step at a time: chooses their devices, gives them manifests, asks the gates. Looking
 * for devices that have come since, and counting and judging, are paced: they cost more the larger the fleet is. A stage
 * whose last device is done is judged at once, and so is what begins then.
 */
@Singleton
class StageRunner {
    private final JdbiMembers members;
    private final JdbiStages stages;
    private final JdbiStageFigures figures;
    private final Moves moves;
    private final Orders orders;
    private final Clock clock;
    private final Pace choosing = new Pace(System::nanoTime);
    private final Pace judging = new Pace(System::nanoTime);

    StageRunner(
            JdbiMembers members, JdbiStages stages, JdbiStageFigures figures, Moves moves, Orders orders, Clock clock) {
        this.members = members;
        this.stages = stages;
        this.figures = figures;
        this.moves = moves;
        this.orders = orders;
        this.clock = clock;
    }

    /** One step of the stage that runs; whether there is more to do at once. The rollout's row must be held. */
    boolean step(Tx tx, JdbiRollouts.Rollout rollout, RolloutState.Running running) {
        if (running.phase() == RolloutState.Phase.AWAITING_APPROVAL) {
            return false;
        }
        UUID id = rollout.id();
        int index = running.stage();
        Instant now = clock.instant();
        boolean opensNow = stages.open(tx, id, index, now);
        if (opensNow || (rollout.strategy().isLast(index) && choosing.isDue(id))) {
            choosing.run(
                    id, () -> members.choose(tx, id, index, rollout.strategy().stage(index), now));
        }
        if (opensNow) {
            orders.prepare(tx, id, index);
        }
        boolean more = orders.ask(tx, rollout, index, now);
        if (!isToJudge(tx, rollout, running)) {
            return more;
        }
        RolloutState next = judging.run(id, () -> judged(tx, rollout, running, now));
        if (next.equals(running)) {
            return more;
        }
        moves.move(tx, rollout, next, Cause.itself(action(next)));
        judging.forget(id);
        if (!(next instanceof RolloutState.Running)) {
            choosing.forget(id);
            return false;
        }
        return true;
    }

    // While devices install, gates may fail or have enough of them. Without gates only the last one's end counts.
    private boolean isToJudge(Tx tx, JdbiRollouts.Rollout rollout, RolloutState.Running running) {
        boolean isDue = judging.isDue(rollout.id());
        if (running.phase() != RolloutState.Phase.OPENING) {
            return isDue;
        }
        boolean hasGates = rollout.strategy().stage(running.stage()).gates().isPresent();
        return (hasGates && isDue) || !stages.isUnsettled(tx, rollout.id(), running.stage());
    }

    private static String action(RolloutState next) {
        return next instanceof RolloutState.Running ? "advance" : next.isFinal() ? "finish" : "fail";
    }

    private RolloutState judged(Tx tx, JdbiRollouts.Rollout rollout, RolloutState.Running running, Instant now) {
        JdbiStages.Counts counts = stages.counts(tx, rollout.id(), running.stage());
        List<Finding> findings = judge(tx, rollout, running.stage(), counts, now);
        return running.judged(
                rollout.strategy(),
                progress(counts, findings),
                Gates.verdict(findings),
                findings.stream()
                        .filter(finding -> finding.verdict() == Verdict.FAIL)
                        .map(Finding::text)
                        .collect(Collectors.joining("; ")),
                now);
    }

    private List<Finding> judge(Tx tx, JdbiRollouts.Rollout rollout, int index, JdbiStages.Counts counts, Instant now) {
        Optional<Gates> gates = rollout.strategy().stage(index).gates();
        if (gates.isEmpty()) {
            return List.of();
        }
        List<Finding> findings = gates.get().judge(figures.of(tx, rollout.id(), index, counts, gates.get()));
        stages.judged(tx, rollout.id(), index, findings, now);
        return findings;
    }

    private static RolloutState.Progress progress(JdbiStages.Counts counts, List<Finding> findings) {
        boolean enough = findings.stream()
                .anyMatch(finding -> finding.gate().equals("installed") && finding.verdict() == Verdict.OPEN);
        return new RolloutState.Progress(counts.waiting(), counts.underway(), enough);
    }

    /** Gives devices that joined a fleet since its rollout finished what the others serve; whether there may be more. */
    boolean takeInLatecomers(Tx tx, JdbiRollouts.Rollout rollout) {
        int last = rollout.strategy().stages().size() - 1;
        return orders.takeInLatecomers(tx, rollout, last, clock.instant());
    }
}
