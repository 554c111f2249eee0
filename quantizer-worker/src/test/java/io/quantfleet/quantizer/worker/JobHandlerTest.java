package io.quantfleet.quantizer.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.cloudevents.CloudEvent;
import io.cloudevents.kafka.KafkaMessageFactory;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.artifact.DirectoryObjectStore;
import io.quantfleet.protocols.artifact.ObjectStore;
import io.quantfleet.protocols.artifact.StoredArtifact;
import io.quantfleet.protocols.kafka.Events;
import io.quantfleet.protocols.v1.AccuracyBudget;
import io.quantfleet.protocols.v1.ModelArtifacts;
import io.quantfleet.protocols.v1.NamedArtifact;
import io.quantfleet.protocols.v1.QuantizationJobRequested;
import io.quantfleet.protocols.v1.QuantizationProgressed;
import io.quantfleet.protocols.v1.QuantizationRung;
import io.quantfleet.protocols.v1.QuantizationStep;
import io.quantfleet.protocols.v1.TrainingPoint;
import io.quantfleet.quantizer.QuantizationOptions;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.calibration.Percentile;
import io.quantfleet.quantizer.form.BlockEncoding;
import io.quantfleet.quantizer.form.WeightBlocks;
import io.quantfleet.quantizer.search.Technique;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JobHandlerTest {
    private final RecordedResults results = new RecordedResults();
    private final CancelledJobs cancelled = new CancelledJobs();
    private boolean dying;

    @TempDir
    private Path directory;

    private DirectoryObjectStore store;
    private WorkDirectory work;

    @BeforeEach
    void open() throws IOException {
        store = new DirectoryObjectStore(directory.resolve("store"));
        work = WorkDirectory.open(directory.resolve("work"), "w1");
    }

    @AfterEach
    void close() throws IOException {
        work.close();
    }

    @Test
    void givesTheQuantizerItsFilesUnderTheirOwnNames() throws Exception {
        FakeJobRunner runner = FakeJobRunner.quick();

        Outcome outcome = handler(store, runner).handle(delivery(job(), 1, false));

        assertThat(outcome).isEqualTo(new Outcome.Done());
        JobFiles files = runner.files.get(0);
        assertThat(files.description()).isEqualTo(files.onnx().resolveSibling("glyphs.model.yaml"));
        assertThat(files.onnx()).hasFileName("glyphs.onnx");
        assertThat(files.calibration()).hasFileName("samples.zip");
        assertThat(results.told).containsExactly("quantized j1");
        assertThat(files.onnx()).as("removed after the job").doesNotExist();
    }

    @Test
    void waitsWhileTheObjectStoreIsAway() throws Exception {
        Outcome outcome = handler(new AbsentStore(), FakeJobRunner.quick()).handle(delivery(job(), 1, false));

        assertThat(outcome).isInstanceOf(Outcome.RetryLater.class);
        assertThat(results.told).isEmpty();
    }

    @Test
    void triesAgainUntilTheOutageIsOver() {
        List<Integer> tries = new ArrayList<>();
        JobRunner runner = (job, files, progress) -> {
            tries.add(tries.size());
            if (tries.size() < 3) {
                throw new QuantizerException(ReasonCode.STORAGE_FAILED, "no space left on device");
            }
            return FakeJobRunner.quick().run(job, files, progress);
        };
        Delivery delivery = delivery(job(), 1, false);

        Settlement settlement = new JobAttempt(delivery, handler(store, runner), results, Duration.ofMillis(1)).call();

        assertThat(settlement).isEqualTo(Settlement.ACCEPT);
        assertThat(results.told).containsExactly("quantized j1");
    }

    @Test
    void tellsOfRungsAndOfTheTrainingWhileTheJobRuns() throws Exception {
        TrainingPoint point =
                TrainingPoint.newBuilder().setEpoch(1).setLoss(0.25).build();
        JobRunner runner = (job, files, progress) -> {
            progress.climbed(QuantizationRung.newBuilder().setName("minmax").build());
            progress.trained(point);
            return FakeJobRunner.quick().run(job, files, progress);
        };

        new JobAttempt(delivery(job(), 1, false), handler(store, runner), results, Duration.ofHours(1)).call();

        assertThat(results.progress).last().asString().contains("[minmax]");
        assertThat(results.curve).containsExactly(point);
    }

    @Test
    void givesBackAJobThatWaitsWhenItIsInterrupted() {
        JobRunner runner = (job, files, progress) -> {
            Thread.currentThread().interrupt();
            progress.report(QuantizationStep.QUANTIZATION_STEP_CALIBRATE, 0.3);
            throw new IllegalStateException("the report throws");
        };

        Settlement settlement =
                new JobAttempt(delivery(job(), 1, false), handler(store, runner), results, Duration.ofHours(1)).call();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(settlement).isEqualTo(Settlement.RELEASE);
        assertThat(results.told).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("failures")
    void whatFailsWhileTheProgramEndsIsForAnotherWorker(RuntimeException failure) throws Exception {
        dying = true;
        JobRunner runner = (job, files, progress) -> {
            throw failure;
        };

        Outcome outcome = handler(store, runner).handle(delivery(job(), 1, false));

        assertThat(outcome).isInstanceOf(Outcome.RetryLater.class);
        assertThat(results.told).isEmpty();
    }

    static Stream<RuntimeException> failures() {
        return Stream.of(
                new QuantizerException(ReasonCode.QUANTIZATION_FAILED, "no logger has been registered"),
                new IllegalStateException("has been closed already"));
    }

    @Test
    void endsAJobThatMeetsABug() throws Exception {
        JobRunner runner = (job, files, progress) -> {
            throw new IndexOutOfBoundsException("7");
        };

        Outcome outcome = handler(store, runner).handle(delivery(job(), 1, false));

        assertThat(outcome).isEqualTo(new Outcome.Done());
        assertThat(results.told).singleElement().asString().startsWith("failed j1 INTERNAL");
    }

    @Test
    void saysWhatIsWrongWithAFileWithoutThePathsOfItsMachine() throws Exception {
        JobRunner runner = (job, files, progress) -> {
            throw new QuantizerException(ReasonCode.MODEL_MALFORMED, files.description() + " is empty");
        };

        handler(store, runner).handle(delivery(job(), 1, false));

        assertThat(results.told)
                .singleElement()
                .asString()
                .matches("failed j1 MODEL_MALFORMED model/\\S+\\.yaml is empty");
    }

    @Test
    void givesUpAJobThatComesForTheLastTime() throws Exception {
        FakeJobRunner runner = FakeJobRunner.quick();

        Outcome outcome = handler(store, runner).handle(delivery(job(), 5, true));

        assertThat(outcome).isEqualTo(new Outcome.Done());
        assertThat(runner.started).isEmpty();
        assertThat(results.told).singleElement().asString().contains("given up after 5 deliveries");
    }

    @Test
    void refusesAnArtifactThatIsNotWhatItsNameSays() throws Exception {
        QuantizationJobRequested job = job();
        Path object =
                store.path(new Sha256(job.getArtifacts().getOnnx().getArtifact().getSha256()));
        Files.writeString(object, "damaged");

        handler(store, FakeJobRunner.quick()).handle(delivery(job, 1, false));

        assertThat(results.told).singleElement().asString().startsWith("failed j1 ARTIFACT_HASH_MISMATCH");
    }

    @Test
    void failsAJobThatLacksAField() throws Exception {
        QuantizationJobRequested job = job().toBuilder().clearArtifacts().build();

        handler(store, FakeJobRunner.quick()).handle(delivery(job, 1, false));

        assertThat(results.told).singleElement().asString().startsWith("failed j1 REQUEST_INVALID");
    }

    @Test
    void failsAJobWhoseFileNamesLeadOutOfItsDirectory() throws Exception {
        QuantizationJobRequested.Builder job = job().toBuilder();
        job.getArtifactsBuilder().getOnnxBuilder().setName("../glyphs.onnx");

        handler(store, FakeJobRunner.quick()).handle(delivery(job.build(), 1, false));

        assertThat(results.told).singleElement().asString().contains("no plain file name");
    }

    @Test
    void rejectsAnEventOfAnotherKindAndAJobWithoutAnId() throws Exception {
        JobHandler handler = handler(store, FakeJobRunner.quick());
        CloudEvent progress =
                Events.of(QuantizationProgressed.newBuilder().setJobId("j1").build(), "e1", "/x", "j1", Instant.EPOCH);

        assertThat(handler.handle(delivery(progress, 1, false))).isInstanceOf(Outcome.Reject.class);
        assertThat(handler.handle(delivery(job().toBuilder().clearJobId().build(), 1, false)))
                .isInstanceOf(Outcome.Reject.class);
        assertThat(results.told).isEmpty();
    }

    @Test
    void reportsNewStepsAtOnceAndOthersNowAndThen() {
        long[] now = {0};
        ThrottledProgress progress = new ThrottledProgress("j1", results, () -> false, () -> now[0]);

        progress.report(QuantizationStep.QUANTIZATION_STEP_CALIBRATE, 0.1);
        progress.report(QuantizationStep.QUANTIZATION_STEP_CALIBRATE, 0.2);
        now[0] = Duration.ofMillis(600).toNanos();
        progress.report(QuantizationStep.QUANTIZATION_STEP_CALIBRATE, 0.3);
        progress.report(QuantizationStep.QUANTIZATION_STEP_EVALUATE, 0.2);

        assertThat(results.progress).containsExactly("CALIBRATE 0.1", "CALIBRATE 0.3", "EVALUATE 0.3");
    }

    @Test
    void tellsOfEveryRungAtOnceAndWithThoseBeforeIt() {
        ThrottledProgress progress = new ThrottledProgress("j1", results, () -> false, () -> 0);

        progress.report(QuantizationStep.QUANTIZATION_STEP_CALIBRATE, 0.1);
        progress.climbed(QuantizationRung.newBuilder().setName("minmax").build());
        progress.climbed(QuantizationRung.newBuilder().setName("calibration").build());

        assertThat(results.progress)
                .containsExactly("CALIBRATE 0.1", "CALIBRATE 0.1[minmax]", "CALIBRATE 0.1[minmax, calibration]");
    }

    @Test
    void endsAJobThatIsCancelledWhileItRuns() throws Exception {
        JobRunner runner = (job, files, progress) -> {
            cancelled.add(job.id());
            progress.report(QuantizationStep.QUANTIZATION_STEP_CALIBRATE, 0.3);
            throw new IllegalStateException("the report throws");
        };

        Outcome outcome = handler(store, runner).handle(delivery(job(), 1, false));

        assertThat(outcome).isEqualTo(new Outcome.Done());
        assertThat(results.told).containsExactly("failed j1 CANCELLED the job was cancelled");
    }

    @Test
    void doesNotBeginAJobThatIsCancelled() throws Exception {
        FakeJobRunner runner = FakeJobRunner.quick();
        cancelled.add("j1");

        handler(store, runner).handle(delivery(job(), 1, false));

        assertThat(runner.started).isEmpty();
        assertThat(results.told).containsExactly("failed j1 CANCELLED the job was cancelled");
    }

    @Test
    void refusesOptionsThatItDoesNotKnow() throws Exception {
        QuantizationJobRequested.Builder job = job().toBuilder();
        job.getOptionsBuilder().addTechniques("wishful-thinking");

        handler(store, FakeJobRunner.quick()).handle(delivery(job.build(), 1, false));

        assertThat(results.told)
                .singleElement()
                .asString()
                .startsWith("failed j1 REQUEST_INVALID")
                .contains("wishful-thinking", "bias-correction");
    }

    @Test
    void givesTheQuantizerTheOptionsOfTheJob() throws Exception {
        List<QuantizationOptions> given = new ArrayList<>();
        JobRunner runner = (job, files, progress) -> {
            given.add(job.options());
            return FakeJobRunner.quick().run(job, files, progress);
        };
        QuantizationJobRequested.Builder job = job().toBuilder();
        job.getOptionsBuilder()
                .setMethod("static")
                .setCalibration("percentile-99.9")
                .addTechniques("bias-correction")
                .addExcluded("op:Softmax")
                .setMinAgreement(0.97)
                .setBlockSize(64)
                .setAsymmetricBlocks(true)
                .setAccuracyLevel(0)
                .setBlockEncoding("qdq")
                .setFloat16Rest(true)
                .setCalibrationSamples(50);

        handler(store, runner).handle(delivery(job.build(), 1, false));

        assertThat(given)
                .containsExactly(QuantizationOptions.builder()
                        .method(QuantizationOptions.Method.STATIC)
                        .calibration(new Percentile(99.9))
                        .techniques(Set.of(Technique.BIAS_CORRECTION))
                        .excluded(List.of("op:Softmax"))
                        .minAgreement(0.97)
                        .weightBlocks(new WeightBlocks(64, false, 0, Optional.of(BlockEncoding.QDQ)))
                        .halves(true)
                        .calibrationSamples(50)
                        .maxLossPoints(1)
                        .seed(job.getSeed())
                        .probeSamples(job.getProbeSamples())
                        .build());
    }

    private JobHandler handler(ObjectStore from, JobRunner runner) {
        return new JobHandler(
                from,
                work,
                runner,
                results,
                cancelled,
                new WorkerMetrics(new Capabilities(false)),
                WorkerTraces.off(),
                () -> dying);
    }

    private QuantizationJobRequested job() {
        return QuantizationJobRequested.newBuilder()
                .setJobId("j1")
                .setModelName("glyphs")
                .setModelVersion(1)
                .setDeviceClass("rpi-cpu")
                .setProfileYaml("name: rpi-cpu")
                .setBudget(AccuracyBudget.newBuilder().setMaxLossPoints(1))
                .setProbeSamples(10)
                .setArtifacts(ModelArtifacts.newBuilder()
                        .setDescription(put("name: glyphs").toRef())
                        .setOnnx(named("glyphs.onnx"))
                        .setCalibration(named("samples.zip"))
                        .setValidation(named("samples.zip")))
                .build();
    }

    private NamedArtifact named(String name) {
        return NamedArtifact.newBuilder()
                .setName(name)
                .setArtifact(put(name).toRef())
                .build();
    }

    private StoredArtifact put(String content) {
        try {
            return store.put(new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Delivery delivery(QuantizationJobRequested job, int attempt, boolean last) {
        return delivery(Events.of(job, "e1", "/control-plane", "j1", Instant.EPOCH), attempt, last);
    }

    private static Delivery delivery(CloudEvent event, int attempt, boolean last) {
        ProducerRecord<byte[], byte[]> sent =
                KafkaMessageFactory.createWriter("jobs", new byte[0]).writeBinary(event);
        ConsumerRecord<byte[], byte[]> record = new ConsumerRecord<>("jobs", 0, 0, sent.key(), sent.value());
        sent.headers().forEach(record.headers()::add);
        return new Delivery(record, attempt, last);
    }

    private static final class RecordedResults implements Results {
        final List<String> told = new ArrayList<>();
        final List<String> progress = new ArrayList<>();
        List<TrainingPoint> curve = List.of();

        @Override
        public void progressed(
                String jobId,
                QuantizationStep step,
                double fraction,
                List<QuantizationRung> rungs,
                List<TrainingPoint> soFar) {
            String climbed = rungs.isEmpty()
                    ? ""
                    : rungs.stream().map(QuantizationRung::getName).toList().toString();
            progress.add(step.name().replace("QUANTIZATION_STEP_", "") + " " + fraction + climbed);
            curve = soFar;
        }

        @Override
        public void quantized(String jobId, JobResult result, StoredVariant stored) {
            told.add("quantized " + jobId);
        }

        @Override
        public void failed(String jobId, ReasonCode code, String message) {
            told.add("failed " + jobId + " " + code + " " + message);
        }

        @Override
        public void putAside(Delivery delivery, Outcome.Reject why) {
            told.add("put aside " + why.reason());
        }
    }

    private static final class AbsentStore implements ObjectStore {
        @Override
        public StoredArtifact put(InputStream in) throws IOException {
            throw new IOException("stale file handle");
        }

        @Override
        public Optional<StoredArtifact> find(Sha256 sha256) {
            return Optional.empty();
        }

        @Override
        public InputStream open(Sha256 sha256) throws IOException {
            throw new IOException("stale file handle");
        }

        @Override
        public boolean isWritable() {
            return false;
        }
    }
}
