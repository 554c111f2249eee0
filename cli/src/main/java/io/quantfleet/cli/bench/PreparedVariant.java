package io.quantfleet.cli.bench;

import io.quantfleet.cli.CliException;
import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.cli.client.ModelUpload;
import io.quantfleet.cli.client.ModelVersion.Variant;
import io.quantfleet.cli.stack.Stack;
import io.quantfleet.cli.stack.Waiting;
import io.quantfleet.protocols.artifact.DirectoryObjectStore;
import io.quantfleet.protocols.artifact.ObjectStore;
import io.quantfleet.protocols.v1.ArtifactRef;
import io.quantfleet.protocols.v1.ProbeSet;
import io.quantfleet.protocols.v1.VariantQuantized;
import io.quantfleet.protocols.v1.Verdict;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * A model version whose variant is of a wanted size: the bench does the worker's job itself, with random bytes, and
 * tells of it as a worker does. From there on it is a variant like any other.
 */
final class PreparedVariant {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final int PROBE_SAMPLES = 64;
    private static final int CLASSES = 2;

    private final Stack stack;
    private final ControlPlaneClient client;

    PreparedVariant(Stack stack) {
        this.stack = stack;
        this.client = new ControlPlaneClient(stack.addresses().console());
    }

    /**
     * Registers the next version of the model, and makes it READY for a class.
     *
     * @param bytes the variant's size
     * @return the version's number
     */
    int register(String model, String deviceClass, int bytes, long seed) {
        byte[] variant = new byte[bytes];
        new Random(seed).nextBytes(variant);
        try {
            int version = client.registerModel(upload(model, seed));
            ObjectStore store = new DirectoryObjectStore(stack.directory().resolve("object-store"));
            ArtifactRef artifact = store.put(new ByteArrayInputStream(variant)).toRef();
            ArtifactRef probeSet =
                    store.put(new ByteArrayInputStream(probeSet())).toRef();
            String job = Waiting.until(LIMIT, () -> find(model, version, deviceClass), () -> "no job is planned")
                    .jobId();
            KafkaResults.send(stack.addresses().kafka(), result(job, deviceClass, artifact, probeSet));
            return Waiting.until(
                    LIMIT,
                    () -> find(model, version, deviceClass)
                            .filter(known -> known.state().equals("READY"))
                            .map(ready -> version),
                    () -> "the variant is not READY");
        } catch (IOException e) {
            throw new CliException("can't store the variant: " + e.getMessage(), e);
        }
    }

    private Optional<Variant> find(String model, int version, String deviceClass) {
        return client.modelVersion(model, version).variants().stream()
                .filter(variant -> variant.deviceClass().equals(deviceClass))
                .findFirst();
    }

    private ModelUpload upload(String model, long seed) throws IOException {
        Path directory = Files.createDirectories(stack.directory().resolve("bench-model"));
        Path description = Files.writeString(directory.resolve(model + ".model.yaml"), """
                name: %s
                task: classification
                onnx: model.onnx
                inputs:
                  - name: image
                    kind: image
                    layout: NCHW
                    channels: RGB
                    size: [32, 32]
                output: logits
                labels: [a, b]
                """.formatted(model));
        return ModelUpload.of(
                description,
                Files.writeString(directory.resolve("model.onnx"), "stands in for a graph: " + model + " " + seed),
                List.of(),
                Files.writeString(directory.resolve("calibration.zip"), "stands in for samples"),
                Files.writeString(directory.resolve("validation.zip"), "stands in for samples"));
    }

    private static byte[] probeSet() {
        ProbeSet.Builder set = ProbeSet.newBuilder().setSamples(PROBE_SAMPLES).setOutput("logits");
        for (int i = 0; i < PROBE_SAMPLES; i++) {
            set.addLabels(i % CLASSES);
        }
        return set.build().toByteArray();
    }

    private static VariantQuantized result(String job, String deviceClass, ArtifactRef variant, ArtifactRef probeSet) {
        return VariantQuantized.newBuilder()
                .setJobId(job)
                .setWorkerId("bench")
                .setVerdict(Verdict.VERDICT_READY)
                .setVariant(variant)
                .setProbeSet(probeSet)
                .setReportJson("""
                        {"deviceClass": "%s", "bytes": %d, "method": "minmax", "verdict": "READY", "reasons": [],
                         "accuracy": {"fp32": 1.0, "variant": 1.0, "agreement": 1.0, "samples": %d}}
                        """.formatted(deviceClass, variant.getSize(), PROBE_SAMPLES))
                .setProbeSamples(PROBE_SAMPLES)
                .setProbeAccuracy(1)
                .setProbeAccuracyFp32(1)
                .build();
    }
}
