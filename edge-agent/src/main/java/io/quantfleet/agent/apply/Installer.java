package io.quantfleet.agent.apply;

import io.quantfleet.agent.apply.Deployment.Failure;
import io.quantfleet.agent.serve.Model;
import io.quantfleet.agent.serve.ModelException;
import io.quantfleet.agent.serve.ModelLoader;
import io.quantfleet.agent.serve.SelfTests;
import io.quantfleet.agent.slot.Slot;
import io.quantfleet.agent.slot.Slots;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.v1.Manifest;
import io.quantfleet.protocols.v1.SelfTest;
import io.quantfleet.protocols.v1.WhenIdle;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Turns an assignment whose chunks are all there into the model that serves: assemble into the inactive slot, load,
 * self-test, switch. Whatever fails, the model before serves on. It may be interrupted by death at any point and begun
 * again. For the apply thread.
 */
final class Installer {
    /** A self-test that took the whole agent down this often (a crash in native code, no memory) is not begun again. */
    private static final int SELF_TEST_STARTS = 3;

    private final Deployment deployment;
    private final Reporter reporter;
    private final ChunkDirectory chunks;
    private final Slots slots;
    private final ModelLoader loader;
    private final ActiveModel active;

    Installer(
            Deployment deployment,
            Reporter reporter,
            ChunkDirectory chunks,
            Slots slots,
            ModelLoader loader,
            ActiveModel active) {
        this.deployment = deployment;
        this.reporter = reporter;
        this.chunks = chunks;
        this.slots = slots;
        this.loader = loader;
        this.active = active;
    }

    /** Whether it may begin: at once, unless the manifest wants it to wait for a device that somebody uses. */
    boolean isTime(Manifest manifest, Instant now) {
        if (!manifest.hasWhenIdle() || active.manifest().isEmpty()) {
            return true;
        }
        WhenIdle when = manifest.getWhenIdle();
        Instant atLatest = Instant.ofEpochSecond(
                when.getAtLatest().getSeconds(), when.getAtLatest().getNanos());
        Duration quiet = Duration.ofSeconds(
                when.getQuietFor().getSeconds(), when.getQuietFor().getNanos());
        return !now.isBefore(atLatest) || active.isIdleFor(quiet);
    }

    /** Installs; the deployment is in state Verifying before, and at rest after. */
    void install(Assignment assignment) {
        Slot slot;
        try {
            slot = slots.inactive();
            assembleOrClear(assignment, slot);
        } catch (IOException e) {
            deployment.refuse(new Failure(ReasonCode.STORAGE_FAILED, "the slot can't be written: " + e));
            return;
        }
        deployment.verified();
        selfTest(assignment.manifest(), slot);
    }

    private void assembleOrClear(Assignment assignment, Slot slot) throws IOException {
        try {
            assemble(assignment, slot);
        } catch (IOException e) {
            // On a full disk the report of this failure needs the room.
            slot.clear();
            throw e;
        }
    }

    private void assemble(Assignment assignment, Slot slot) throws IOException {
        Manifest manifest = assignment.manifest();
        slot.clear();
        chunks.assemble(manifest.getVariant(), slot.model());
        chunks.assemble(manifest.getProbeSet(), slot.probeSet());
        slot.complete(assignment.signed());
    }

    private void selfTest(Manifest manifest, Slot slot) {
        if (reporter.journal().selfTestStarts() > SELF_TEST_STARTS) {
            deployment.failSelfTest(
                    new Failure(
                            ReasonCode.SELF_TEST_FAILED,
                            "the agent died " + SELF_TEST_STARTS + " times while it ran the self-test"),
                    Optional.empty());
            return;
        }
        Model model;
        try {
            model = loader.load(slot.model(), slot.probeSet(), manifest.getExecutionProvidersList());
        } catch (ModelException e) {
            deployment.failSelfTest(new Failure(ReasonCode.MODEL_LOAD_FAILED, message(e)), Optional.empty());
            return;
        }
        boolean serves = false;
        try {
            if (judge(manifest, model).isPresent() && switchOver()) {
                active.serve(model, manifest);
                serves = true;
            }
        } finally {
            if (!serves) {
                model.close();
            }
        }
        if (serves) {
            deployment.switched();
        }
    }

    /** Runs the self-test; empty if it failed. */
    private Optional<SelfTest> judge(Manifest manifest, Model model) {
        SelfTest result;
        try {
            result = SelfTests.run(model);
        } catch (ModelException e) {
            deployment.failSelfTest(new Failure(ReasonCode.SELF_TEST_FAILED, message(e)), Optional.empty());
            return Optional.empty();
        }
        long limit = manifest.getMemoryLimitBytes();
        if (limit > 0 && result.getMemoryBytes() > limit) {
            String reason = "the model takes " + mebibytes(result.getMemoryBytes())
                    + " MiB of memory, and the device class" + " allows " + mebibytes(limit);
            deployment.failSelfTest(new Failure(ReasonCode.MEMORY_EXCEEDED, reason), Optional.of(result));
            return Optional.empty();
        }
        if (result.getAccuracy() < manifest.getMinProbeAccuracy()) {
            String reason = "accuracy " + result.getAccuracy() + " on " + result.getSamples() + " samples is below the "
                    + manifest.getMinProbeAccuracy() + " that it must reach";
            deployment.failSelfTest(new Failure(ReasonCode.SELF_TEST_FAILED, reason), Optional.of(result));
            return Optional.empty();
        }
        deployment.passed(result);
        return Optional.of(result);
    }

    private boolean switchOver() {
        try {
            slots.switchOver();
            return true;
        } catch (IOException e) {
            deployment.failSwitch(new Failure(ReasonCode.STORAGE_FAILED, "the slots can't be switched: " + e));
            return false;
        }
    }

    private static long mebibytes(long bytes) {
        return Math.round(bytes / (double) (1 << 20));
    }

    private static String message(ModelException e) {
        return String.valueOf(e.getMessage());
    }
}
