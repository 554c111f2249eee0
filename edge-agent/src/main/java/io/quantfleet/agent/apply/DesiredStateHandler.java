package io.quantfleet.agent.apply;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.manifest.ManifestVerifier;
import io.quantfleet.protocols.manifest.Verification;
import io.quantfleet.protocols.trace.TraceParent;
import io.quantfleet.protocols.trust.Trust;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Deals with each desired state once: the broker repeats it after every reconnection. It is verified, and then refused
 * in a report or handed to the runner, which drops what it was at. For the apply thread.
 */
final class DesiredStateHandler {
    private final ManifestVerifier verifier;
    private final Deployment deployment;
    private final Reporter reporter;
    private final AssignmentFile assignments;
    private final DeploymentRunner runner;
    private final Consumer<Assignment> accepted;

    /** @param accepted hears of every manifest that is acted on, before anything else happens to it */
    DesiredStateHandler(
            ManifestVerifier verifier,
            Deployment deployment,
            Reporter reporter,
            AssignmentFile assignments,
            DeploymentRunner runner,
            Consumer<Assignment> accepted) {
        this.verifier = verifier;
        this.deployment = deployment;
        this.reporter = reporter;
        this.assignments = assignments;
        this.runner = runner;
        this.accepted = accepted;
    }

    /** @param message a serialized SignedManifest; empty when the retained message was deleted */
    void handle(byte[] message) {
        handle(message, Optional.empty());
    }

    /**
     * The same, in a trace.
     *
     * @param trace what the steps of the deployment are to be reported under
     */
    void handle(byte[] message, Optional<TraceParent> trace) {
        if (message.length == 0) {
            return;
        }
        Sha256 desired = Sha256.of(message);
        if (reporter.journal().lastDesired().filter(desired::equals).isPresent()) {
            return;
        }
        Verification verification = verifier.verify(message, this::lastSequence);
        if (verification instanceof Verification.Refused refused) {
            refuse(refused, desired);
        } else {
            accept(message, desired, trace);
        }
    }

    /**
     * Whoever had a key before it was revoked may have used it to accept a sequence that leaves no room above it. What such
     * a key signed counts for nothing any more.
     */
    private long lastSequence(Trust trust) {
        try {
            boolean revoked = assignments
                    .load()
                    .filter(last -> trust.revokedKeyIds().contains(last.signed().getKeyId()))
                    .isPresent();
            return revoked ? 0 : reporter.journal().lastSequence();
        } catch (IOException e) {
            throw new UncheckedIOException("the last manifest can't be read", e);
        }
    }

    private boolean isTheLastOne(Assignment assignment) throws IOException {
        String id = assignment.manifest().getDeploymentId();
        boolean actedOn = deployment
                .state()
                .deployment()
                .filter(last -> last.deploymentId().equals(id))
                .isPresent();
        return actedOn
                && assignments
                        .load(id)
                        .filter(last -> last.manifest().equals(assignment.manifest()))
                        .isPresent();
    }

    private void refuse(Verification.Refused refused, Sha256 desired) {
        boolean acceptedBefore = deployment
                .state()
                .deployment()
                .filter(last ->
                        last.deploymentId().equals(refused.deploymentId()) && last.sequence() == refused.sequence())
                .isPresent();
        if (acceptedBefore) {
            // What this device acts on already, back after something that was refused: it stands as it stands.
            reporter.repeat(deployment.state(), desired);
        } else {
            reporter.refused(
                    refused.code() == ReasonCode.MANIFEST_REPLAYED ? withoutDeployment(refused) : refused, desired);
        }
    }

    /** What is replayed may have been accepted once, and ended in its one final report: this one must not be another. */
    private static Verification.Refused withoutDeployment(Verification.Refused replayed) {
        return new Verification.Refused(
                replayed.code(),
                "deployment " + replayed.deploymentId() + ": " + replayed.reason(),
                "",
                replayed.sequence());
    }

    private void accept(byte[] message, Sha256 desired, Optional<TraceParent> trace) {
        try {
            Assignment assignment = Assignment.of(message);
            accepted.accept(assignment);
            if (isTheLastOne(assignment)) {
                // Signed anew, because the key that it was signed with before was revoked.
                assignments.store(assignment);
                reporter.repeat(deployment.state(), desired);
                return;
            }
            runner.supersede(assignment.manifest().getDeploymentId());
            assignments.store(assignment);
            reporter.dealingWith(desired, trace, () -> deployment.accept(assignment.firstAttempt()));
            runner.begin(assignment);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a manifest that was verified can't be parsed", e);
        } catch (IOException e) {
            throw new UncheckedIOException("the manifest can't be stored", e);
        }
    }
}
