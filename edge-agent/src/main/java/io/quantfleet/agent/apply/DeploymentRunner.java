package io.quantfleet.agent.apply;

import io.quantfleet.agent.apply.Deployment.Active;
import io.quantfleet.agent.apply.Deployment.Attempt;
import io.quantfleet.agent.apply.Deployment.Failure;
import io.quantfleet.agent.apply.Deployment.Fetching;
import io.quantfleet.agent.apply.Deployment.Lost;
import io.quantfleet.agent.apply.Deployment.Switching;
import io.quantfleet.agent.apply.Deployment.UnderWay;
import io.quantfleet.agent.slot.Slot;
import io.quantfleet.agent.slot.Slots;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.artifact.ChunkRef;
import io.quantfleet.protocols.v1.DeltaUse;
import io.quantfleet.protocols.v1.Manifest;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a deployment from its assignment through fetching to the installer, and picks it up again after a restart. For
 * the apply thread.
 */
final class DeploymentRunner {
    private static final Logger LOG = LoggerFactory.getLogger(DeploymentRunner.class);

    private record Fetch(Assignment assignment, FetchPlanner.Plan plan, ChunkFetch chunks) {}

    private final Deployment deployment;
    private final Installer installer;
    private final ChunkDirectory directory;
    private final FetchPlanner planner;
    private final ChunkSources sources;
    private final ChunkFetch.Limits limits;
    private final InstantSource clock;
    private Optional<Fetch> fetch = Optional.empty();

    DeploymentRunner(
            Deployment deployment,
            Installer installer,
            ChunkDirectory directory,
            Slots slots,
            ChunkSources sources,
            ChunkFetch.Limits limits,
            InstantSource clock) {
        this.deployment = deployment;
        this.installer = installer;
        this.directory = directory;
        this.planner = new FetchPlanner(directory, slots);
        this.sources = sources;
        this.limits = limits;
        this.clock = clock;
        sources.deliverTo(this::chunkArrived);
    }

    /** After a start, or a step that failed half-way: goes on with what was under way, given what serves. */
    void resume(AssignmentFile file, Optional<Manifest> serving) throws IOException {
        stopFetching();
        Deployment.State state = deployment.state();
        Optional<Attempt> attempt = state.deployment();
        boolean serves = attempt.isPresent()
                && serving.map(Manifest::getDeploymentId)
                        .filter(attempt.get().deploymentId()::equals)
                        .isPresent();
        if (state instanceof Switching && serves) {
            deployment.switched();
            deleteChunks();
        } else if (state instanceof UnderWay underWay) {
            deployment.restart();
            resume(file, underWay.attempt());
        } else if ((state instanceof Active && !serves) || (state instanceof Lost lost && !lost.isForGood())) {
            LOG.error(
                    "the model that was active can't be served, installing it again deploymentId={}",
                    attempt.map(Attempt::deploymentId).orElseThrow());
            deployment.reinstall();
            resume(file, attempt.orElseThrow());
        }
    }

    /** Works on an assignment; the deployment is in state Fetching. */
    void begin(Assignment assignment) {
        try {
            noteDeathWhileApplying();
            boolean mayUseDelta = delta().map(DeltaUse::getOutcome)
                    .filter(outcome -> outcome == DeltaUse.Outcome.OUTCOME_FAILED)
                    .isEmpty();
            FetchPlanner.Plan plan = planner.plan(assignment, mayUseDelta);
            if (plan.base().isPresent()) {
                deployment.uses(use(DeltaUse.Outcome.OUTCOME_CHOSEN, ""));
            }
            sources.locate(assignment.manifest());
            ChunkFetch chunks = new ChunkFetch(plan.lacking(), sources, limits, clock);
            fetch = Optional.of(new Fetch(assignment, plan, chunks));
            chunks.start();
            goOnIfComplete();
        } catch (IOException e) {
            giveUp(storageFailed(e));
        }
    }

    /** Gives up what is under way because of something newer, which may want the same chunks; does nothing at rest. */
    void supersede(String byDeploymentId) {
        if (deployment.state() instanceof Fetching) {
            stopFetching();
            deployment.refuse(
                    new Failure(ReasonCode.SUPERSEDED, "deployment " + byDeploymentId + " came before it was done"));
        }
    }

    /** @param name that of the topic on which {@code published} came */
    void chunkArrived(Sha256 name, byte[] published) {
        if (fetch.isEmpty() || published.length == 0) {
            return;
        }
        ChunkFetch chunks = fetch.get().chunks();
        Optional<ChunkRef> chunk = chunks.asked(name);
        if (chunk.isEmpty()) {
            return;
        }
        Optional<byte[]> content = chunk.get().decode(published);
        try {
            if (content.isPresent()) {
                directory.store(chunk.get().content().sha256(), content.get());
            }
            deployment.received(published.length);
        } catch (IOException e) {
            giveUp(storageFailed(e));
            return;
        }
        if (content.isPresent()) {
            chunks.stored(chunk.get());
            goOnIfComplete();
        } else {
            LOG.warn("a chunk with wrong content was thrown away chunk={}", name);
            chunks.wrong(chunk.get()).ifPresent(this::giveUp);
        }
    }

    /** Looks after deadlines; called about once a second. */
    void tick(boolean connected) {
        if (fetch.isEmpty()) {
            return;
        }
        Fetch current = fetch.get();
        if (!isAccomplished() && !clock.instant().isBefore(current.assignment().expiry())) {
            giveUp(new Failure(
                    ReasonCode.MANIFEST_EXPIRED,
                    "it expired at " + current.assignment().expiry() + " before "
                            + (current.chunks().isComplete() ? "the device was idle" : "its chunks were there")));
            return;
        }
        if (connected) {
            current.chunks().tick().ifPresent(this::giveUp);
        }
        goOnIfComplete();
    }

    void connected() {
        fetch.ifPresent(current -> current.chunks().reconnected());
    }

    /** What was active may be put in place again at any time: its manifest's expiry bounds how late a device may begin with it. */
    private boolean isAccomplished() {
        return deployment.state().deployment().filter(Attempt::afterActive).isPresent();
    }

    private void resume(AssignmentFile file, Attempt attempt) throws IOException {
        Optional<Assignment> assignment = file.load(attempt.deploymentId());
        if (assignment.isPresent()) {
            LOG.info("going on with deploymentId={}", attempt.deploymentId());
            begin(assignment.get());
        } else {
            giveUp(new Failure(ReasonCode.STORAGE_FAILED, "its manifest was lost in a restart"));
        }
    }

    private void goOnIfComplete() {
        if (fetch.isEmpty() || !fetch.get().chunks().isComplete()) {
            return;
        }
        Fetch complete = fetch.get();
        if (!installer.isTime(complete.assignment().manifest(), clock.instant())) {
            return; // the next tick asks again
        }
        fetch = Optional.empty();
        if (complete.plan().base().isPresent()
                && !apply(complete.assignment(), complete.plan().base().get())) {
            begin(complete.assignment());
            return;
        }
        deployment.fetched();
        installer.install(complete.assignment());
        deleteChunks();
    }

    /** Makes the variant of the one that serves; false if that failed, and whole chunks have to do. */
    private boolean apply(Assignment assignment, Slot base) {
        Manifest manifest = assignment.manifest();
        deployment.uses(use(DeltaUse.Outcome.OUTCOME_APPLYING, ""));
        try {
            directory.patch(
                    base.model(),
                    manifest.getDelta().getPatch(),
                    manifest.getVariant().getArtifact());
            deployment.uses(use(DeltaUse.Outcome.OUTCOME_APPLIED, ""));
            return true;
        } catch (IOException e) {
            deltaFailed(String.valueOf(e.getMessage()));
            return false;
        }
    }

    /** What takes the whole agent down once would do so again. */
    private void noteDeathWhileApplying() {
        delta().map(DeltaUse::getOutcome)
                .filter(outcome -> outcome == DeltaUse.Outcome.OUTCOME_APPLYING)
                .ifPresent(died -> deltaFailed("the agent died while it applied the delta"));
    }

    private void deltaFailed(String reason) {
        LOG.warn("the delta is of no use, fetching whole chunks reason={}", reason);
        deployment.uses(use(DeltaUse.Outcome.OUTCOME_FAILED, reason));
    }

    private Optional<DeltaUse> delta() {
        return deployment.state().deployment().flatMap(Attempt::delta);
    }

    private static DeltaUse use(DeltaUse.Outcome outcome, String reason) {
        return DeltaUse.newBuilder().setOutcome(outcome).setReason(reason).build();
    }

    private void giveUp(Failure why) {
        stopFetching();
        // First, for on a full disk the report needs the room.
        deleteChunks();
        deployment.refuse(why);
    }

    private void stopFetching() {
        fetch.ifPresent(current -> current.chunks().cancel());
        fetch = Optional.empty();
    }

    private void deleteChunks() {
        try {
            directory.retainOnly(Set.of());
        } catch (IOException e) {
            LOG.warn("chunks are left behind until the next deployment", e);
        }
    }

    private static Failure storageFailed(IOException e) {
        return new Failure(ReasonCode.STORAGE_FAILED, "a chunk can't be stored: " + e);
    }
}
