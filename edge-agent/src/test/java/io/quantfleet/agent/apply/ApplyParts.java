package io.quantfleet.agent.apply;

import io.quantfleet.agent.link.DeviceLink;
import io.quantfleet.agent.serve.ModelLoader;
import io.quantfleet.agent.slot.Slots;
import io.quantfleet.agent.testkit.TestClock;
import io.quantfleet.agent.testkit.TestDeployment;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.manifest.ManifestVerifier;
import io.quantfleet.protocols.signing.SigningKey;
import io.quantfleet.protocols.trust.Trust;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What an {@link ApplyLoop} is made of, put together on one thread, without its queue and its ticks. Made again on the same
 * directory it is the agent after a restart.
 */
final class ApplyParts {
    final AssignmentFile assignments;
    final Reporter reporter;
    final Deployment deployment;
    final DeploymentRunner runner;
    final DesiredStateHandler desired;

    ApplyParts(
            Path directory,
            DeviceId device,
            Trust trusted,
            DeviceLink link,
            ModelLoader loader,
            ActiveModel active,
            TestClock clock)
            throws IOException {
        Slots slots = new Slots(directory.resolve("slots"));
        ChunkDirectory chunks = new ChunkDirectory(Files.createDirectories(directory.resolve("chunks")));
        reporter = new Reporter(
                device,
                new Reports(device, "0.1.0", clock),
                new JournalFile(directory.resolve("journal")),
                link,
                Runnable::run,
                active::manifest);
        deployment = new Deployment(reporter.restored(), reporter);
        runner = new DeploymentRunner(
                deployment,
                new Installer(deployment, reporter, chunks, slots, loader, active),
                chunks,
                slots,
                new ChunkSources(link, FetchSettings.DEFAULT, clock, Runnable::run),
                ChunkFetch.Limits.DEFAULT,
                clock);
        assignments = new AssignmentFile(directory.resolve("deployment.manifest"));
        TrustFile trust = new TrustFile(directory.resolve("trust.statement"), trusted);
        ManifestVerifier verifier = new ManifestVerifier(
                trust, new ManifestVerifier.Verifying(device, TestDeployment.DEVICE_CLASS, "0.1.0"), clock);
        desired = new DesiredStateHandler(verifier, deployment, reporter, assignments, runner, accepted -> {});
    }

    /** Keys that a device was told of when it enrolled. */
    static Trust pinned(SigningKey key, SigningKey root) {
        return Trust.pinned(0, key.verificationKeys(), root.verificationKeys());
    }
}
