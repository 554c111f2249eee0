package io.quantfleet.agent.apply;

import io.quantfleet.agent.SerialExecutor;
import io.quantfleet.agent.serve.Model;
import io.quantfleet.agent.serve.ModelException;
import io.quantfleet.agent.state.StateDirectory;
import io.quantfleet.agent.testkit.ManualThreads;
import io.quantfleet.agent.testkit.RecordingLink;
import io.quantfleet.agent.testkit.TestClock;
import io.quantfleet.agent.testkit.TestDeployment;
import io.quantfleet.agent.testkit.faults.FaultyFileSystemProvider;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.manifest.ManifestSigner;
import io.quantfleet.protocols.manifest.ManifestVerifier;
import io.quantfleet.protocols.mqtt.MqttTopics;
import io.quantfleet.protocols.signing.SigningKey;
import io.quantfleet.protocols.trust.Trust;
import io.quantfleet.protocols.v1.Manifest;
import io.quantfleet.protocols.v1.ReportedState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A device's core, whole, on real files, without threads of its own: what it is told it has dealt with when the call
 * returns. Its models are stand-ins; see {@link #quality}.
 */
final class TestDevice implements ActiveModel {
    static final SigningKey KEY = SigningKey.generate();
    static final DeviceId DEVICE = new DeviceId("cam-1");

    final TestClock clock = new TestClock();
    /** Every report that reached the broker, over restarts. */
    final List<ReportedState> reports = new ArrayList<>();

    private final Path directory;
    private RecordingLink link = new RecordingLink();
    private boolean online = true;
    private ManualThreads threads = new ManualThreads();
    private StateDirectory state;
    private ApplyLoop loop;
    private Optional<Manifest> serving = Optional.empty();
    /** The share of samples that models answer rightly, 0 to 1; below 0 they can't be loaded. */
    double quality = 1;
    /** What a model takes. */
    long memoryBytes;

    /** On real files, which are never forced to the disk unless {@code directory} is one of a test's own file system. */
    TestDevice(Path directory) throws IOException {
        this.directory = directory.getFileSystem() == FileSystems.getDefault()
                ? new FaultyFileSystemProvider(FileSystems.getDefault().provider(), (step, file) -> {}).wrap(directory)
                : directory;
        boot();
    }

    /** As after a power cut: what was in memory is gone. */
    void restart() throws IOException {
        crash();
        boot();
    }

    /** The process is gone. */
    void crash() throws IOException {
        takeReports();
        threads.shutdown();
        state.close();
    }

    /** Stops in good order. */
    void stop() throws Exception {
        loop.close();
        crash();
    }

    void boot() throws IOException {
        link = new RecordingLink();
        link.online(online);
        threads = new ManualThreads();
        serving = Optional.empty();
        state = StateDirectory.open(directory);
        loop = new ApplyLoop(
                new SerialExecutor(threads),
                new ManifestVerifier.Verifying(DEVICE, TestDeployment.DEVICE_CLASS, "0.1.0"),
                Trust.pinned(0, KEY.verificationKeys(), KEY.verificationKeys()),
                state,
                link,
                this,
                this::load,
                clock);
        loop.start();
        if (online) {
            loop.connected();
        }
    }

    void online(boolean now) {
        if (now != online) {
            online = now;
            link.online(now);
            if (now) {
                loop.connected();
            } else {
                loop.disconnected();
            }
        }
    }

    void desire(TestDeployment deployment) {
        desire(new ManifestSigner(KEY, Optional.empty())
                .sign(deployment.manifest())
                .toByteArray());
    }

    void desire(byte[] message) {
        loop.received(MqttTopics.of(DEVICE, MqttTopics.Channel.DESIRED), message, () -> {});
    }

    void receive(Sha256 chunk, byte[] content) {
        loop.received(MqttTopics.chunk(chunk), content, () -> {});
    }

    void receive(Map<Sha256, byte[]> chunks) {
        chunks.forEach(this::receive);
    }

    void tick(int times) {
        for (int i = 0; i < times; i++) {
            threads.tick();
        }
    }

    /** What the broker has been told, each number once. */
    List<ReportedState> reports() {
        takeReports();
        return List.copyOf(reports);
    }

    /** The deployment that the device accepted last. */
    Optional<String> accepted() {
        return new JournalFile(directory.resolve("journal")).load().deployment().map(ReportedState::getDeploymentId);
    }

    /** Final reports of a deployment, without those that only say again what was said. */
    List<ReportedState> finalReports(String deploymentId) {
        return reports().stream()
                .filter(report -> report.getDeploymentId().equals(deploymentId))
                .filter(report -> Reports.isFinal(report) && report.getRepeats() == 0 && !report.getAfterActive())
                .toList();
    }

    ReportedState lastReport() {
        return reports().get(reports.size() - 1);
    }

    @Override
    public Optional<Manifest> manifest() {
        return serving;
    }

    @Override
    public void serve(Model model, Manifest manifest) {
        serving = Optional.of(manifest);
    }

    private void takeReports() {
        link.published.forEach(published -> {
            try {
                ReportedState report = ReportedState.parseFrom(published.payload());
                if (reports.stream().noneMatch(known -> known.getReportNumber() == report.getReportNumber())) {
                    reports.add(report);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        link.published.clear();
    }

    private Model load(Path model, Path probeSet) {
        if (quality < 0) {
            throw new ModelException("not a model");
        }
        return new StandIn(quality, memoryBytes);
    }

    private record StandIn(double quality, long memory) implements Model {
        private static final int SAMPLES = 10;

        @Override
        public int samples() {
            return SAMPLES;
        }

        @Override
        public int label(int sample) {
            return sample < quality * SAMPLES ? 0 : 1;
        }

        @Override
        public Answer classify(int sample) {
            return new Answer(0, 1000);
        }

        @Override
        public OptionalLong memoryBytes() {
            return OptionalLong.of(memory);
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }
}
