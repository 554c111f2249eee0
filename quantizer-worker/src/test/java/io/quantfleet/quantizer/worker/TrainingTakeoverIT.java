package io.quantfleet.quantizer.worker;

import static io.quantfleet.quantizer.worker.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.cloudevents.CloudEvent;
import io.cloudevents.kafka.KafkaMessageFactory;
import io.quantfleet.protocols.kafka.Events;
import io.quantfleet.protocols.profile.ShippedProfiles;
import io.quantfleet.protocols.v1.AccuracyBudget;
import io.quantfleet.protocols.v1.ModelArtifacts;
import io.quantfleet.protocols.v1.NamedArtifact;
import io.quantfleet.protocols.v1.QuantizationJobRequested;
import io.quantfleet.protocols.v1.QuantizationOptions;
import io.quantfleet.protocols.v1.QuantizationProgressed;
import io.quantfleet.protocols.v1.VariantQuantized;
import io.quantfleet.quantizer.sample.SampleModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers as processes, one of which is killed in the middle of a training. */
class TrainingTakeoverIT {
    private static final Duration LIMIT = Duration.ofMinutes(4);
    private static final int EPOCHS = 6;

    @TempDir
    private Path directory;

    @Test
    void anotherWorkerEndsATrainingAsItWouldHaveEnded() throws Exception {
        try (EmbeddedBroker broker = new EmbeddedBroker(directory.resolve("broker"))) {
            broker.start();
            try (Installation installation = new Installation(broker.bootstrapServers(), "training", directory)) {
                request(installation, "killed");
                Process first = startWorker(broker, installation, "w1");
                try {
                    await().atMost(LIMIT).until(() -> points(installation, "killed") >= 2);
                    assertThat(checkpoint("killed")).isDirectoryContaining("glob:**.qat");
                } finally {
                    first.destroyForcibly().waitFor();
                }
                assertThat(installation.variants("killed")).isEmpty();

                request(installation, "undisturbed");
                Process second = startWorker(broker, installation, "w2");
                try {
                    await().atMost(LIMIT)
                            .until(() -> !installation.variants("killed").isEmpty()
                                    && !installation.variants("undisturbed").isEmpty());
                } finally {
                    second.destroy();
                    second.waitFor();
                }
                VariantQuantized resumed = installation.variants("killed").get(0);
                assertThat(resumed.getWorkerId()).isEqualTo("w2");
                assertThat(curve(resumed))
                        .as("what was trained before the kill is part of the report")
                        .isEqualTo(curve(installation.variants("undisturbed").get(0)));
                assertThat(accuracy(resumed))
                        .isCloseTo(accuracy(installation.variants("undisturbed").get(0)), within(0.003));
                assertThat(checkpoint("killed")).doesNotExist();
            }
        }
    }

    private Path checkpoint(String jobId) {
        return Checkpoints.beside(directory.resolve("object-store")).of(jobId);
    }

    private static int points(Installation installation, String jobId) {
        return installation.progress(jobId).stream()
                .mapToInt(QuantizationProgressed::getTrainingCount)
                .max()
                .orElse(0);
    }

    private static double accuracy(VariantQuantized variant) throws IOException {
        return new ObjectMapper()
                .readTree(variant.getReportJson())
                .at("/accuracy/variant")
                .asDouble();
    }

    private static List<Integer> curve(VariantQuantized variant) throws IOException {
        return new ObjectMapper()
                .readTree(variant.getReportJson()).path("training").findValuesAsText("epoch").stream()
                        .map(Integer::valueOf)
                        .toList();
    }

    private void request(Installation installation, String jobId) throws IOException {
        SampleModel sample = SampleModel.extractInto(directory.resolve("sample-" + jobId));
        QuantizationJobRequested job = QuantizationJobRequested.newBuilder()
                .setJobId(jobId)
                .setModelName("glyphs")
                .setModelVersion(1)
                .setDeviceClass("rpi-cpu")
                .setProfileYaml(ShippedProfiles.text("rpi-cpu").orElseThrow())
                .setBudget(AccuracyBudget.newBuilder().setMaxLossPoints(100))
                .setSeed(5)
                .setProbeSamples(10)
                .setOptions(QuantizationOptions.newBuilder().setMethod("qat").setEpochs(EPOCHS))
                .setArtifacts(ModelArtifacts.newBuilder()
                        .setDescription(put(installation, sample.description()).getArtifact())
                        .setOnnx(put(installation, sample.onnx()))
                        .setCalibration(put(installation, sample.calibration()))
                        .setValidation(put(installation, sample.validation()))
                        .setTraining(put(installation, sample.calibration())))
                .build();
        CloudEvent event = Events.of(job, jobId, "/control-plane", jobId, Instant.now());
        installation.send(KafkaMessageFactory.createWriter(
                        installation.topics.trainingJobs(), jobId.getBytes(StandardCharsets.UTF_8))
                .writeBinary(event));
    }

    private static NamedArtifact put(Installation installation, Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return NamedArtifact.newBuilder()
                    .setName(file.getFileName().toString())
                    .setArtifact(installation.store.put(in).toRef())
                    .build();
        }
    }

    private Process startWorker(EmbeddedBroker broker, Installation installation, String id) throws IOException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                WorkerMain.class.getName(),
                "--kafka=" + broker.bootstrapServers(),
                "--topic-prefix=" + installation.topics.prefix(),
                "--object-store=" + directory.resolve("object-store"),
                "--work-dir=" + directory.resolve("work"),
                "--worker-id=" + id,
                "--http-port=0",
                "--lock-duration=PT4S");
        ProcessBuilder worker = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve(id + ".log").toFile());
        // PyTorch's threads sleep where they would spin, which costs minutes on a busy machine.
        worker.environment().put("OMP_WAIT_POLICY", "PASSIVE");
        return worker.start();
    }
}
