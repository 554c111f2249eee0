package io.quantfleet.quantizer.worker;

import static io.quantfleet.quantizer.worker.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.cloudevents.CloudEvent;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.kafka.KafkaTopics;
import io.quantfleet.protocols.v1.QuantizationFailed;
import io.quantfleet.protocols.v1.QuantizationJobRequested;
import io.quantfleet.protocols.v1.VariantQuantized;
import io.quantfleet.protocols.v1.Verdict;
import io.quantfleet.quantizer.QuantizerException;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Workers on a real broker. */
@Timeout(600)
class QuantizerWorkerIT {

    /** For tests that wait until locks would have expired. */
    private static final Duration SHORT_LOCK = Duration.ofSeconds(4);

    private static EmbeddedBroker broker;

    @TempDir
    private Path directory;

    private Installation installation;

    @BeforeAll
    static void startBroker(@TempDir Path directory) {
        broker = new EmbeddedBroker(directory).start();
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void install(TestInfo test) throws Exception {
        installation = new Installation(
                broker.bootstrapServers(), test.getTestMethod().orElseThrow().getName(), directory);
    }

    @AfterEach
    void uninstall() {
        installation.close();
    }

    @Test
    void storesTheVariantAndTellsOfItUnderTheJobsId() throws Exception {
        installation.request(installation.job("job-1").build());

        FakeJobRunner runner = FakeJobRunner.quick();
        try (WorkerThread worker = new WorkerThread(installation.settings("w1"), runner)) {
            await().until(() -> !installation.variants("job-1").isEmpty());
        }

        assertThat(installation.leftOver()).isEmpty();
        VariantQuantized variant = installation.variants("job-1").get(0);
        assertThat(variant.getVerdict()).isEqualTo(Verdict.VERDICT_READY);
        assertThat(variant.getWorkerId()).isEqualTo("w1");
        assertThat(installation.store.open(new Sha256(variant.getVariant().getSha256())))
                .hasContent("variant of glyphs:1");
        assertThat(installation.store.open(new Sha256(variant.getProbeSet().getSha256())))
                .hasContent("probe set");
        assertThat(installation.store.open(new Sha256(variant.getReportPage().getSha256())))
                .hasContent("<p>page</p>");
        CloudEvent event = installation.events().stream()
                .filter(e -> e.getType().equals("io.quantfleet.variant-quantized.v1"))
                .findFirst()
                .orElseThrow();
        assertThat(event.getId()).isEqualTo("job-1");
        assertThat(installation.progress("job-1")).isNotEmpty();
        assertThat(runner.files.get(0).onnx()).hasFileName("glyphs.onnx");
        assertThat(filesUnder(directory.resolve("work"))).containsExactly(".lock");
    }

    @Test
    void goesOnWithTheTraceThatAJobCameInAndMakesASpanOfEachStep() throws Exception {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        InMemorySpanExporter exported = InMemorySpanExporter.create();
        List<SpanData> spans;
        installation.request(installation.job("job-1").build(), "00-" + trace + "-00f067aa0ba902b7-01");

        try (SdkTracerProvider provider = SdkTracerProvider.builder()
                        .addSpanProcessor(SimpleSpanProcessor.create(exported))
                        .build();
                WorkerThread worker = new WorkerThread(
                        installation.settings("w1"),
                        FakeJobRunner.quick(),
                        new WorkerTraces(OpenTelemetrySdk.builder()
                                .setTracerProvider(provider)
                                .build()))) {
            await().until(() -> !installation.variants("job-1").isEmpty());
            await().until(() ->
                    exported.getFinishedSpanItems().stream().anyMatch(span -> span.getKind() == SpanKind.CONSUMER));
            spans = exported.getFinishedSpanItems();
        }

        assertThat(spans).extracting(SpanData::getTraceId).containsOnly(trace);
        SpanData job = spans.stream()
                .filter(span -> span.getKind() == SpanKind.CONSUMER)
                .findFirst()
                .orElseThrow();
        assertThat(job.getParentSpanId()).isEqualTo("00f067aa0ba902b7");
        assertThat(spans)
                .filteredOn(span -> span.getParentSpanId().equals(job.getSpanId()))
                .extracting(SpanData::getName)
                .containsExactly("fetch", "calibrate", "store");
        assertThat(installation.resultHeaders("traceparent"))
                .as("the result, and no progress")
                .filteredOn(header -> !header.isEmpty())
                .containsExactly("00-" + trace + "-" + job.getSpanId() + "-01");
    }

    @Test
    void putsAsideWhatIsNoJobAndGoesOnWithTheNext() throws Exception {
        installation.send(new ProducerRecord<>(
                installation.topics.quantizationJobs(),
                "key".getBytes(StandardCharsets.UTF_8),
                "poison".getBytes(StandardCharsets.UTF_8)));
        installation.request(installation.job("job-1").build());

        try (WorkerThread worker = new WorkerThread(installation.settings("w1"), FakeJobRunner.quick())) {
            await().until(() -> !installation.variants("job-1").isEmpty());
        }

        assertThat(installation.leftOver()).isEmpty();
        assertThat(installation.deadLetters()).singleElement().satisfies(letter -> {
            assertThat(letter.value()).asString().isEqualTo("poison");
            assertThat(letter.headers().lastHeader("quantfleet-reason").value())
                    .asString()
                    .contains("no CloudEvent");
        });
    }

    @Test
    void tellsOnceOfAJobThatCannotBeDone() throws Exception {
        installation.request(installation.job("job-1").build());

        JobRunner runner = (job, files, progress) -> {
            throw new QuantizerException(ReasonCode.OPSET_UNSUPPORTED, "opset 7 is too old");
        };
        try (WorkerThread worker = new WorkerThread(installation.settings("w1"), runner)) {
            await().until(() -> !installation.failures("job-1").isEmpty());
        }

        assertThat(installation.leftOver()).isEmpty();
        QuantizationFailed failure = installation.failures("job-1").get(0);
        assertThat(failure.getCode()).isEqualTo("OPSET_UNSUPPORTED");
        assertThat(failure.getMessage()).isEqualTo("opset 7 is too old");
        assertThat(installation.failures("job-1")).hasSize(1);
        assertThat(installation.deadLetters()).isEmpty();
    }

    @Test
    void failsAJobWhoseArtifactIsMissing() throws Exception {
        QuantizationJobRequested.Builder job = installation.job("job-1");
        job.getArtifactsBuilder()
                .getOnnxBuilder()
                .getArtifactBuilder()
                .setSha256(Sha256.of(new byte[] {1}).hex());
        installation.request(job.build());

        try (WorkerThread worker = new WorkerThread(installation.settings("w1"), FakeJobRunner.quick())) {
            await().until(() -> !installation.failures("job-1").isEmpty());
        }

        assertThat(installation.failures("job-1").get(0).getCode()).isEqualTo("ARTIFACT_MISSING");
    }

    @Test
    void stopsAJobThatIsCancelledAndTellsOfItOnce() throws Exception {
        FakeJobRunner endless = FakeJobRunner.slow();
        installation.request(installation.job("job-1").build());
        try (WorkerThread worker = new WorkerThread(installation.settings("w1"), endless)) {
            await().until(() -> endless.started.size() == 1);
            installation.cancel("job-1");
            await().until(() -> !installation.failures("job-1").isEmpty());
        }

        assertThat(installation.leftOver()).isEmpty();
        assertThat(installation.failures("job-1")).singleElement().satisfies(failure -> assertThat(failure.getCode())
                .isEqualTo("CANCELLED"));
        assertThat(installation.variants("job-1")).isEmpty();
    }

    @Test
    void doesNotBeginAJobThatWasCancelledBeforeItCame() throws Exception {
        FakeJobRunner runner = FakeJobRunner.quick();
        installation.request(installation.job("job-1").build());
        installation.cancel("job-1");
        try (WorkerThread worker = new WorkerThread(installation.settings("w1"), runner)) {
            await().until(() -> !installation.failures("job-1").isEmpty());
        }

        assertThat(runner.started).isEmpty();
        assertThat(installation.failures("job-1").get(0).getCode()).isEqualTo("CANCELLED");
    }

    @Test
    void twoWorkersShareTheJobsOfOneModel() throws Exception {
        FakeJobRunner first = FakeJobRunner.slow();
        FakeJobRunner second = FakeJobRunner.slow();
        try (WorkerThread one = new WorkerThread(installation.settings("w1"), first);
                WorkerThread two = new WorkerThread(installation.settings("w2"), second)) {
            installation.request(installation.job("for-rpi").build());
            installation.request(
                    installation.job("for-gpu").setDeviceClass("gpu").build());
            await().until(() -> first.started.size() == 1 && second.started.size() == 1);
            first.finish();
            second.finish();
            await().until(() -> !installation.variants("for-rpi").isEmpty()
                    && !installation.variants("for-gpu").isEmpty());
        }

        assertThat(Stream.concat(first.started.stream(), second.started.stream()))
                .containsExactlyInAnyOrder("for-rpi", "for-gpu");
    }

    @Test
    void keepsALongJobBeyondTheDurationOfItsLock() throws Exception {
        FakeJobRunner first = FakeJobRunner.slow();
        FakeJobRunner second = FakeJobRunner.quick();
        installation.request(installation.job("long").build());
        try (WorkerThread one = new WorkerThread(installation.settings("w1", SHORT_LOCK), first)) {
            await().until(() -> first.started.size() == 1);
            long since = System.nanoTime();
            try (WorkerThread two = new WorkerThread(installation.settings("w2", SHORT_LOCK), second)) {
                installation.request(installation.job("short").build());
                await().until(() -> !installation.variants("short").isEmpty());
                await().until(() ->
                        System.nanoTime() - since > SHORT_LOCK.multipliedBy(2).toNanos());
                first.finish();
                await().until(() -> !installation.variants("long").isEmpty());
            }
        }

        assertThat(first.started).containsExactly("long");
        assertThat(second.started).containsExactly("short");
        assertThat(installation.variants("long")).singleElement().satisfies(variant -> assertThat(variant.getWorkerId())
                .isEqualTo("w1"));
    }

    @Test
    void anotherWorkerDoesTheJobOfOneThatWasKilled() throws Exception {
        installation.request(installation.job("job-1").build());
        Process stuck = startStuckWorker();
        try (BufferedReader out = stuck.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).isEqualTo("started job-1");
        } finally {
            stuck.destroyForcibly().waitFor();
        }
        assertThat(filesUnder(directory.resolve("work"))).contains("glyphs.onnx");

        FakeJobRunner runner = FakeJobRunner.quick();
        try (WorkerThread worker = new WorkerThread(installation.settings("w2"), runner)) {
            await().until(() -> !installation.variants("job-1").isEmpty());
        }

        assertThat(installation.leftOver()).isEmpty();
        assertThat(runner.started).containsExactly("job-1");
        assertThat(installation.variants("job-1")).hasSize(1);
        assertThat(filesUnder(directory.resolve("work"))).containsExactly(".lock");
    }

    @Test
    void givesBackItsJobWhenItIsStopped() throws Exception {
        FakeJobRunner never = FakeJobRunner.slow();
        FakeJobRunner quick = FakeJobRunner.quick();
        installation.request(installation.job("job-1").build());
        try (WorkerThread one = new WorkerThread(installation.settings("w1"), never)) {
            await().until(() -> never.started.size() == 1);
        }
        try (WorkerThread two = new WorkerThread(installation.settings("w2"), quick)) {
            await().until(() -> !installation.variants("job-1").isEmpty());
        }

        assertThat(quick.started).containsExactly("job-1");
        assertThat(installation.failures("job-1")).isEmpty();
    }

    @Test
    void waitsForABrokerThatComesLateAndGoesOnAfterItsRestart() throws Exception {
        FakeJobRunner runner = FakeJobRunner.slow();
        Path own = directory.resolve("late");
        int port = EmbeddedBroker.freePort();
        try (EmbeddedBroker late = new EmbeddedBroker(directory.resolve("broker"));
                WorkerThread worker = new WorkerThread(
                        Installation.settings(
                                late.bootstrapServers(), new KafkaTopics("late."), own, "w1", port, SHORT_LOCK),
                        runner)) {
            await().until(() -> get(port, "/health").contains("\"kafka\",\"status\":\"DOWN\""));
            late.start();
            await().until(() -> get(port, "/health").startsWith("200 {\"status\":\"UP\""));
            try (Installation there = new Installation(late.bootstrapServers(), "late", own)) {
                there.request(there.job("job-1").build());
                await().until(() -> runner.started.size() == 1);

                late.stop();
                // In vain, which must not leave the worker with a consumer that waits for ever.
                await().until(() -> !get(port, "/metrics").contains("quantfleet_worker_lost_loans_total 0.0"));
                late.start();
                runner.finish();

                await().until(() -> !there.variants("job-1").isEmpty());
                // The broker has forgotten who held the job and delivers it again, before the next.
                there.request(there.job("job-2").build());
                await().until(() -> !there.variants("job-2").isEmpty());
                assertThat(runner.started).containsExactly("job-1", "job-2");
                assertThat(there.variants("job-1")).hasSize(1);
                assertThat(get(port, "/metrics"))
                        .contains("quantfleet_worker_jobs_seconds_count{outcome=\"ready\"} 2")
                        .contains("quantfleet_worker_jobs_in_flight 0.0");
            }
        }
    }

    private static String get(int port, String path) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .build();
        try {
            HttpResponse<String> response =
                    HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
            return response.statusCode() + " " + response.body();
        } catch (IOException notYet) {
            return String.valueOf(notYet.getMessage());
        }
    }

    private Process startStuckWorker() throws Exception {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                StuckWorkerMain.class.getName(),
                broker.bootstrapServers(),
                installation.topics.prefix(),
                directory.toString());
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static List<String> filesUnder(Path directory) throws Exception {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .toList();
        }
    }
}
