package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.device.JdbiDevices;
import io.quantfleet.controlplane.gate.Finding;
import io.quantfleet.controlplane.gate.Gates;
import io.quantfleet.controlplane.gate.Verdict;
import io.quantfleet.controlplane.model.JdbiVariants;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/** Runs the stages of a rollout, a step at a time: chooses their devices, gives them manifests, asks the gates. */
@Singleton
class StageRunner {
    private static final int BATCH = 500;

    private final JdbiMembers members;
    private final JdbiStages stages;
    private final JdbiStageFigures figures;
    private final RolloutPlanner planner;
    private final RolloutEngine engine;
    private final Deployer deployer;
    private final Clock clock;

    StageRunner(
            JdbiMembers members,
            JdbiStages stages,
            JdbiStageFigures figures,
            RolloutPlanner planner,
            RolloutEngine engine,
            Deployer deployer,
            Clock clock) {
        this.members = members;
        this.stages = stages;
        this.figures = figures;
        this.planner = planner;
        this.engine = engine;
        this.deployer = deployer;
        this.clock = clock;
    }

    /** One step of the stage that runs. The rollout's row must be held. */
    void step(Tx tx, JdbiRollouts.Rollout rollout, RolloutState.Running running) {
        if (running.phase() == RolloutState.Phase.AWAITING_APPROVAL) {
            return;
        }
        int index = running.stage();
        Stage stage = rollout.strategy().stage(index);
        Instant now = clock.instant();
        boolean opensNow = stages.open(tx, rollout.id(), index, now);
        if (opensNow || rollout.strategy().isLast(index)) {
            members.choose(tx, rollout.id(), index, stage);
        }
        deployWaiting(tx, rollout, index, now);
        JdbiStages.Counts counts = stages.counts(tx, rollout.id(), index);
        List<Finding> findings = judge(tx, rollout, index, counts, now);
        RolloutState next = running.judged(
                rollout.strategy(),
                progress(counts, findings),
                Gates.verdict(findings),
                findings.stream()
                        .filter(finding -> finding.verdict() == Verdict.FAIL)
                        .map(Finding::toString)
                        .collect(Collectors.joining("; ")),
                now);
        engine.move(tx, rollout, next);
    }

    private List<Finding> judge(Tx tx, JdbiRollouts.Rollout rollout, int index, JdbiStages.Counts counts, Instant now) {
        Optional<Gates> gates = rollout.strategy().stage(index).gates();
        if (gates.isEmpty()) {
            return List.of();
        }
        List<Finding> findings = gates.get().judge(figures.of(tx, rollout.id(), index, counts));
        stages.judged(tx, rollout.id(), index, findings, now);
        return findings;
    }

    private static RolloutState.Progress progress(JdbiStages.Counts counts, List<Finding> findings) {
        boolean enough = findings.stream()
                .anyMatch(finding -> finding.gate().equals("installed") && finding.verdict() == Verdict.OPEN);
        return new RolloutState.Progress(counts.waiting(), counts.underway(), enough);
    }

    private void deployWaiting(Tx tx, JdbiRollouts.Rollout rollout, int index, Instant now) {
        Stage stage = rollout.strategy().stage(index);
        int underway = stages.counts(tx, rollout.id(), index).underway();
        int free = Math.min(BATCH, stage.concurrency().orElse(Integer.MAX_VALUE) - underway);
        if (free > 0) {
            deploy(tx, rollout, stage, members.waiting(tx, rollout.id(), index, free), now);
        }
    }

    private void deploy(
            Tx tx, JdbiRollouts.Rollout rollout, Stage stage, List<JdbiDevices.Enrolled> devices, Instant now) {
        if (devices.isEmpty()) {
            return;
        }
        Map<String, JdbiVariants.Ready> ready = planner.ready(tx, rollout.model());
        for (JdbiDevices.Enrolled device : devices) {
            JdbiVariants.Ready variant = ready.get(device.deviceClass());
            if (variant == null) {
                throw new IllegalStateException("a member of class " + device.deviceClass() + " has no variant");
            }
            RolloutPlan.Part part = new RolloutPlan.Part(device, variant);
            UUID deployment = deployer.deploy(tx, rollout.id(), rollout.model(), part, stage.deviceDeadline(), now);
            members.deployed(tx, rollout.id(), device.id(), deployment);
        }
    }

    /** Gives devices that joined a fleet since its rollout finished what the others serve. */
    void takeInLatecomers(Tx tx, JdbiRollouts.Rollout rollout) {
        int last = rollout.strategy().stages().size() - 1;
        Stage stage = rollout.strategy().stage(last);
        members.choose(tx, rollout.id(), last, stage);
        deploy(tx, rollout, stage, members.waiting(tx, rollout.id(), last, BATCH), clock.instant());
    }
}
