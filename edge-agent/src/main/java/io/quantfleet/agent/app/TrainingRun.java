package io.quantfleet.agent.app;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.quantfleet.agent.enrol.Identity;
import io.quantfleet.agent.enrol.IdentityFile;
import io.quantfleet.agent.enrol.PinnedKeys;
import io.quantfleet.agent.link.DeviceLink;
import io.quantfleet.agent.state.StateDirectory;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.artifact.Chunker;
import io.quantfleet.protocols.manifest.ManifestSigner;
import io.quantfleet.protocols.signing.SigningKey;
import io.quantfleet.protocols.v1.ChunkedArtifact;
import io.quantfleet.protocols.v1.Manifest;
import io.quantfleet.protocols.v1.PixelEncoding;
import io.quantfleet.protocols.v1.ProbeElementType;
import io.quantfleet.protocols.v1.ProbeInput;
import io.quantfleet.protocols.v1.ProbeSet;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine;

/**
 * An agent's life in a few seconds and with no network: installs a model of four pixels that comes with it, serves it,
 * answers requests, starts again, ends. The Java virtual machine, started with {@code -XX:ArchiveClassesAtExit}, keeps the
 * classes that this needs (application class-data sharing), and later agents start from them; the script
 * {@code edge-agent} does it as {@code edge-agent prepare}. It also shows whether ONNX Runtime works on a machine.
 */
final class TrainingRun {
    /** Where nothing listens: connecting is part of the run, a broker is not. */
    private static final URI NO_BROKER = URI.create("tcp://127.0.0.1:9");

    private static final int PIXELS = 4;
    private static final int SAMPLES = 8;
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final Path directory;
    private final SigningKey key = SigningKey.generate();
    private final Map<Sha256, byte[]> chunks = new HashMap<>();

    private TrainingRun(Path directory) {
        this.directory = directory;
    }

    public static void main(String[] args) throws Exception {
        AgentLogging.use();
        Path directory = Files.createTempDirectory("edge-agent-training");
        try {
            new TrainingRun(directory).run();
        } finally {
            delete(directory);
        }
        System.exit(0);
    }

    private void run() throws Exception {
        AgentCommand command = new AgentCommand();
        new CommandLine(command)
                .parseArgs(
                        "--control-plane=http://127.0.0.1:9",
                        "--enrolment-token=none",
                        "--device-id=training-run",
                        "--device-class=any",
                        "--state-dir=" + directory.resolve("state"),
                        "--telemetry-interval=500ms",
                        "--probe-rate=50/s",
                        "--reconnect-spread=1ms",
                        "--health-file=" + directory.resolve("health"),
                        "--inference-port=0");
        AgentConfig config = command.config();
        install(config);
        startAgain(config);
    }

    private void install(AgentConfig config) throws Exception {
        try (StateDirectory state = StateDirectory.open(config.stateDir())) {
            IdentityFile file = new IdentityFile(state.file("identity"));
            file.store(new Identity(
                    config.deviceId(),
                    config.deviceClass(),
                    "none",
                    "none",
                    NO_BROKER,
                    new PinnedKeys(0, key.verificationKeys().toPem(), List.of())));
            try (TrainingLink link = new TrainingLink(signedManifest(config.deviceId()), chunks)) {
                live(config, file.load().orElseThrow(), state, link, () -> link.awaitActive(LIMIT));
            }
        }
    }

    /** As after a restart of the device, with the link of real agents. */
    private static void startAgain(AgentConfig config) throws Exception {
        try (StateDirectory state = StateDirectory.open(config.stateDir())) {
            Identity identity = new IdentityFile(state.file("identity")).load().orElseThrow();
            DeviceLink link = AgentProcess.link(config, BuildVersion.current(), identity, true);
            live(config, identity, state, link, () -> {});
        }
    }

    private interface Until {
        void reached() throws Exception;
    }

    private static void live(
            AgentConfig config, Identity identity, StateDirectory state, DeviceLink link, Until serving)
            throws Exception {
        try (Agent agent = new Agent(config, BuildVersion.current(), identity, state, link)) {
            agent.start();
            serving.reached();
            TrainingClient client = new TrainingClient(state.file("inference-port"));
            client.awaitReady(LIMIT);
            client.infer(PIXELS);
        }
    }

    private byte[] signedManifest(DeviceId device) throws IOException {
        Instant now = Instant.now();
        Manifest manifest = Manifest.newBuilder()
                .setDeviceId(device.value())
                .setDeploymentId("training-run")
                .setSequence(1)
                .setModelName("brightest")
                .setModelVersion(1)
                .setDeviceClass("any")
                .setFleet("none")
                .setVariant(cut(model()))
                .setProbeSet(cut(probeSet().toByteArray()))
                .setMinProbeAccuracy(1)
                .setIssuedAt(timestamp(now))
                .setExpiresAt(timestamp(now.plus(Duration.ofHours(1))))
                .build();
        return new ManifestSigner(key, Optional.empty()).sign(manifest).toByteArray();
    }

    private ChunkedArtifact cut(byte[] content) throws IOException {
        return new Chunker(Chunker.DEFAULT_CHUNK_BYTES)
                .cut(new ByteArrayInputStream(content), (chunk, bytes) -> chunks.put(chunk.name(), bytes));
    }

    /** Its scores are its pixels. */
    static byte[] model() throws IOException {
        try (InputStream in = TrainingRun.class.getResourceAsStream("training-run.onnx")) {
            if (in == null) {
                throw new IllegalStateException("training-run.onnx is not on the class path");
            }
            return in.readAllBytes();
        }
    }

    private static ProbeSet probeSet() {
        byte[] pixels = new byte[SAMPLES * PIXELS];
        ProbeSet.Builder probes = ProbeSet.newBuilder().setSamples(SAMPLES).setOutput("scores");
        for (int sample = 0; sample < SAMPLES; sample++) {
            int brightest = sample % PIXELS;
            pixels[sample * PIXELS + brightest] = (byte) 200;
            probes.addLabels(brightest).addReference(brightest);
        }
        return probes.addInputs(ProbeInput.newBuilder()
                        .setName("image")
                        .setType(ProbeElementType.PROBE_ELEMENT_TYPE_FLOAT32)
                        .addAllShape(List.of(1, 2, 2))
                        .setPixels(PixelEncoding.newBuilder()
                                .setData(ByteString.copyFrom(pixels))
                                .setScale(1 / 255.0)
                                .addMean(0)
                                .addStd(1)))
                .build();
    }

    private static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder().setSeconds(instant.getEpochSecond()).build();
    }

    private static void delete(Path directory) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(directory)) {
            files = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            Files.delete(file);
        }
    }
}
