package io.quantfleet.agent.app;

import static io.quantfleet.agent.testkit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.agent.enrol.PinnedKeys;
import io.quantfleet.agent.testkit.TestBroker;
import io.quantfleet.agent.testkit.TestControlPlane;
import io.quantfleet.agent.testkit.TestDeployment;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.signing.SigningKey;
import io.quantfleet.protocols.v1.DeviceState;
import io.quantfleet.protocols.v1.Presence;
import io.quantfleet.protocols.v1.ReportedState;
import io.quantfleet.protocols.v1.SignedManifest;
import io.quantfleet.protocols.v1.TelemetryWindow;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent in this JVM against a real broker. */
class AgentIT {
    private static final SigningKey KEY = SigningKey.generate();
    private static final PinnedKeys PINNED =
            new PinnedKeys(0, KEY.verificationKeys().toPem(), List.of());

    @TempDir
    Path directory;

    @TempDir
    static Path brokerDirectory;

    private static final AtomicInteger DEVICES = new AtomicInteger();
    private static int port;
    private static TestBroker broker;

    private final DeviceId device = new DeviceId("cam-" + DEVICES.incrementAndGet());
    private TestControlPlane controlPlane;
    private RunningAgent agent;

    @BeforeAll
    static void startBroker() throws Exception {
        port = TestBroker.freePort();
        broker = TestBroker.start(brokerDirectory, port);
    }

    @AfterAll
    static void stopBroker() throws Exception {
        broker.close();
    }

    @BeforeEach
    void startAgent() throws Exception {
        controlPlane = new TestControlPlane(TestBroker.uri(port), KEY, device);
        agent = new RunningAgent(device, directory.resolve("state"), TestBroker.uri(port), PINNED);
    }

    @AfterEach
    void stopAgent() throws Exception {
        agent.close();
        controlPlane.close();
    }

    @Test
    void installsAndServesAndReports() throws Exception {
        TestDeployment deployment = TestDeployment.of(device, "d1", 1);

        controlPlane.deploy(deployment);

        awaitReport("d1", DeviceState.DEVICE_STATE_ACTIVE);
        ReportedState report = controlPlane.lastReport();
        assertThat(report.getActiveVariantSha256()).isEqualTo(deployment.variantSha256());
        assertThat(report.getFetchedBytes()).isEqualTo(deployment.publishedBytes());
        assertThat(report.getSelfTest().getAccuracy()).isEqualTo(1.0);
        assertThat(controlPlane.presences).last().matches(Presence::getOnline);
        await().until(() -> controlPlane.windows.size() >= 3);
        TelemetryWindow window = controlPlane.windows.get(0);
        assertThat(TestControlPlane.variant(window)).isEqualTo(deployment.variantSha256());
        assertThat(window.getRight()).isEqualTo(window.getInferences()).isPositive();
        assertThat(window.getWrong() + window.getErrors()).isZero();
        assertThat(window.getRssBytes()).isPositive();
        assertThat(controlPlane.windows)
                .extracting(TelemetryWindow::getWindowNumber)
                .startsWith(1L, 2L, 3L);
    }

    @Test
    void saysGoodByeAndSendsThePartialWindow() throws Exception {
        controlPlane.deploy(TestDeployment.of(device, "d1", 1));
        await().until(() -> controlPlane.windows.size() >= 1);

        agent.close();

        await().untilAsserted(() -> assertThat(controlPlane.presences).last().matches(last -> !last.getOnline()));
        long[] numbers = controlPlane.windows.stream()
                .mapToLong(TelemetryWindow::getWindowNumber)
                .toArray();
        assertThat(numbers).isEqualTo(LongStream.rangeClosed(1, numbers.length).toArray());
        assertThat(filesIn("telemetry")).contains("next").noneMatch(name -> name.endsWith(".window"));
    }

    @Test
    void refusesABadSignatureAndServesOn() throws Exception {
        TestDeployment first = install("d1", 1);
        SignedManifest forged = controlPlane.sign(TestDeployment.of(device, "d2", 2)).toBuilder()
                .setSignature(controlPlane.sign(first).getSignature())
                .build();

        controlPlane.desire(forged);

        awaitRefusal(ReasonCode.SIGNATURE_INVALID, first);
    }

    @Test
    void refusesAnExpiredManifestAndServesOn() throws Exception {
        TestDeployment first = install("d1", 1);

        controlPlane.deploy(
                TestDeployment.of(device, "d2", 2).expiringAt(Instant.now().minusSeconds(1)));

        awaitRefusal(ReasonCode.MANIFEST_EXPIRED, first);
    }

    @Test
    void refusesAReplayAndServesOn() throws Exception {
        install("d1", 1);
        TestDeployment second = install("d2", 2);

        controlPlane.deploy(TestDeployment.of(device, "d1", 1));

        awaitRefusal(ReasonCode.MANIFEST_REPLAYED, second);
    }

    @Test
    void refusesADeploymentWhoseChunkIsWrongAndServesOn() throws Exception {
        TestDeployment first = install("d1", 1);
        TestDeployment second = TestDeployment.of(device, "d2", 2);
        Sha256 chunk = second.chunks().keySet().iterator().next();
        controlPlane.publishChunks(second.chunks());
        controlPlane.publishChunks(Map.of(chunk, new byte[second.chunks().get(chunk).length]));

        controlPlane.desire(controlPlane.sign(second));

        awaitRefusal(ReasonCode.CHUNK_HASH_MISMATCH, first);
        assertThat(filesIn("chunks")).isEmpty();
    }

    @Test
    void revertsAVariantThatFailsItsSelfTest() throws Exception {
        TestDeployment first = install("d1", 1);

        controlPlane.deploy(TestDeployment.of(device, "d2", 2, 20_000, 0.5));

        awaitReport("d2", DeviceState.DEVICE_STATE_REVERTED);
        assertThat(controlPlane.lastReport().getReasonCode()).isEqualTo(ReasonCode.SELF_TEST_FAILED.name());
        assertThat(controlPlane.lastReport().getSelfTest().getAccuracy()).isEqualTo(0.5);
        assertThat(controlPlane.lastReport().getActiveVariantSha256()).isEqualTo(first.variantSha256());
    }

    @Test
    void fetchesOnlyTheChunksThatItLacks() throws Exception {
        TestDeployment first = install("d1", 1);
        TestDeployment second = TestDeployment.of(device, "d2", 2);

        controlPlane.deploy(second);

        awaitReport("d2", DeviceState.DEVICE_STATE_ACTIVE);
        assertThat(controlPlane.lastReport().getFetchedBytes())
                .as("the probe set is the same")
                .isEqualTo(second.publishedBytesBeside(first));
    }

    @Test
    void waitsForChunksThatComeLater() throws Exception {
        TestDeployment deployment = TestDeployment.of(device, "d1", 1);
        controlPlane.desire(controlPlane.sign(deployment));
        awaitReport("d1", DeviceState.DEVICE_STATE_FETCHING);

        controlPlane.publishChunks(deployment.chunks());

        awaitReport("d1", DeviceState.DEVICE_STATE_ACTIVE);
    }

    @Test
    void goesOnServingAfterARestartWithoutInstallingAgain() throws Exception {
        TestDeployment deployment = install("d1", 1);
        long number = controlPlane.lastReport().getReportNumber();
        agent.close();
        await().until(() ->
                !controlPlane.presences.get(controlPlane.presences.size() - 1).getOnline());
        int windows = controlPlane.windows.size();

        agent = new RunningAgent(device, directory.resolve("state"), TestBroker.uri(port), PINNED);

        await().until(() -> controlPlane.windows.size() > windows + 1);
        assertThat(controlPlane.windows).last().matches(last -> TestControlPlane.variant(last)
                .equals(deployment.variantSha256()));
        assertThat(controlPlane.distinctWindows())
                .extracting(TelemetryWindow::getWindowNumber)
                .doesNotHaveDuplicates();
        assertThat(controlPlane.lastReport().getReportNumber()).isEqualTo(number);
    }

    @Test
    void deliversWhatItMeasuredWhileTheBrokerWasDown() throws Exception {
        install("d1", 1);
        await().until(() -> controlPlane.windows.size() >= 1);
        controlPlane.close();
        broker.close();
        await().until(() -> numbers(".window").count() >= 3);
        long oldest = numbers(".window").min().orElseThrow();

        broker = TestBroker.start(brokerDirectory, port);
        controlPlane = new TestControlPlane(TestBroker.uri(port), KEY, device);

        await().until(() -> controlPlane.windows.size() >= 4);
        assertThat(controlPlane.distinctWindows())
                .extracting(TelemetryWindow::getWindowNumber)
                .doesNotHaveDuplicates()
                .isSorted();
        assertThat(controlPlane.windows.get(0).getWindowNumber()).isLessThanOrEqualTo(oldest);
    }

    @Test
    void sendsAgainWhatTheBrokerAcknowledgedAndLost() throws Exception {
        install("d1", 1);
        await().until(() -> controlPlane.windows.size() >= 1);
        controlPlane.close();
        long seen = controlPlane.windows.stream()
                .mapToLong(TelemetryWindow::getWindowNumber)
                .max()
                .orElseThrow();
        await().until(() -> numbers(".delivered").max().orElse(0) >= seen + 3);
        broker.close();
        deleteAll(brokerDirectory.resolve("data"));

        broker = TestBroker.start(brokerDirectory, port);
        controlPlane = new TestControlPlane(TestBroker.uri(port), KEY, device);

        await().untilAsserted(() -> assertThat(controlPlane.windows)
                .extracting(TelemetryWindow::getWindowNumber)
                .contains(seen + 1, seen + 2, seen + 3));
        assertThat(controlPlane.distinctWindows())
                .extracting(TelemetryWindow::getWindowNumber)
                .doesNotHaveDuplicates();
    }

    @Test
    void countsRequestsAndTrueLabelsInItsWindows() throws Exception {
        install("d1", 1);
        String model = "http://127.0.0.1:"
                + Files.readString(directory.resolve("state/inference-port")).strip() + "/v2/models/brightest/";
        HttpClient client = HttpClient.newHttpClient();
        for (int request = 0; request < 3; request++) {
            String body = """
                    {"id": "r%d", "inputs": [{"name": "image", "shape": [1, 1, 2, 2], "datatype": "FP32", "data": [1, 0, 0, 0]}]}
                    """.formatted(request);
            assertThat(post(client, model + "infer", body)).isEqualTo(200);
            assertThat(post(client, model + "feedback", "{\"id\": \"r%d\", \"label\": %d}".formatted(request, request)))
                    .isEqualTo(200);
        }

        await().untilAsserted(() -> {
            assertThat(total(TelemetryWindow::getRequests)).isEqualTo(3);
            assertThat(total(TelemetryWindow::getFeedbackRight)).isEqualTo(1);
            assertThat(total(TelemetryWindow::getFeedbackWrong)).isEqualTo(2);
        });
        assertThat(total(TelemetryWindow::getInferences))
                .isEqualTo(total(TelemetryWindow::getRight) + total(TelemetryWindow::getRequests));
    }

    private long total(ToLongFunction<TelemetryWindow> count) {
        return controlPlane.distinctWindows().stream().mapToLong(count).sum();
    }

    private static int post(HttpClient client, String uri, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(uri))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    /** Of the windows whose files end so. */
    private LongStream numbers(String suffix) {
        return filesIn("telemetry").stream()
                .filter(name -> name.endsWith(suffix))
                .mapToLong(name -> Long.parseLong(name.substring(0, name.indexOf('.'))));
    }

    private static void deleteAll(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private List<String> filesIn(String name) {
        return List.of(Objects.requireNonNull(
                directory.resolve("state").resolve(name).toFile().list()));
    }

    private TestDeployment install(String deploymentId, long sequence) throws Exception {
        TestDeployment deployment = TestDeployment.of(device, deploymentId, sequence);
        controlPlane.deploy(deployment);
        awaitReport(deploymentId, DeviceState.DEVICE_STATE_ACTIVE);
        return deployment;
    }

    private void awaitReport(String deploymentId, DeviceState state) {
        await().untilAsserted(
                        () -> assertThat(controlPlane.statesOf(deploymentId)).contains(state));
    }

    private void awaitRefusal(ReasonCode code, TestDeployment serving) {
        await().untilAsserted(() ->
                assertThat(controlPlane.lastReport().getReasonCode()).isEqualTo(code.name()));
        assertThat(controlPlane.lastReport().getState()).isEqualTo(DeviceState.DEVICE_STATE_REFUSED);
        assertThat(controlPlane.lastReport().getActiveVariantSha256()).isEqualTo(serving.variantSha256());
        int windows = controlPlane.windows.size();
        await().until(() -> controlPlane.windows.size() > windows + 1);
        assertThat(controlPlane.windows).last().matches(last -> TestControlPlane.variant(last)
                .equals(serving.variantSha256()));
    }
}
