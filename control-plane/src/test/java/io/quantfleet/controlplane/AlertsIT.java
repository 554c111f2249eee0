package io.quantfleet.controlplane;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.quantfleet.controlplane.testing.Api;
import io.quantfleet.controlplane.testing.EmbeddedParts;
import io.quantfleet.controlplane.testing.FakeDevice;
import io.quantfleet.controlplane.testing.Story;
import io.quantfleet.protocols.mqtt.MqttTopics.Channel;
import io.quantfleet.protocols.v1.TelemetryWindow;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Alerts from the windows of a device to a receiver that listens on a socket. */
@QuarkusTest
@WithTestResource(EmbeddedParts.class)
class AlertsIT {
    private static final String SECRET = "between you and me";

    /** A request that a receiver got. */
    private record Received(String path, String signature, String body) {}

    private final ObjectMapper json = new ObjectMapper();
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final AtomicInteger refusals = new AtomicInteger();
    private HttpServer receiver;

    @BeforeEach
    void listen() throws IOException {
        Api.awaitReady();
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", this::take);
        receiver.start();
    }

    @AfterEach
    void stop() {
        receiver.stop(0);
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            if (refusals.getAndDecrement() > 0) {
                exchange.sendResponseHeaders(503, -1);
                return;
            }
            String signature = exchange.getRequestHeaders().getFirst("Quantfleet-Signature");
            received.add(new Received(exchange.getRequestURI().getPath(), signature == null ? "" : signature, body));
            exchange.sendResponseHeaders(204, -1);
        }
    }

    @Test
    void tellsAWebhookAndAnAlertmanagerOfAFleetThatFallsSilentAndOfItsReturn() throws Exception {
        Api.createFleet("silent");
        put("alert-receivers/pager", Map.of("kind", "WEBHOOK", "url", url("/hook"), "secret", SECRET))
                .statusCode(200)
                .body("signed", equalTo(true));
        put("alert-receivers/manager", Map.of("kind", "ALERTMANAGER", "url", url("")))
                .statusCode(200);
        refusals.set(3);

        put(
                        "alert-rules/silent-fleet",
                        Map.of(
                                "fleet", "silent",
                                "condition", Map.of("kind", "ABSENCE", "over", "PT2M"),
                                "clearFor", "PT0S",
                                "severity", "critical",
                                "receivers", List.of("pager", "manager")))
                .statusCode(201);

        Story.eventually(() -> assertThat(hooks()).hasSize(1));
        Received first = hooks().get(0);
        JsonNode told = json.readTree(first.body());
        assertThat(told.at("/status").asText()).isEqualTo("FIRING");
        assertThat(told.at("/alert/rule").asText()).isEqualTo("silent-fleet");
        assertThat(told.at("/alert/fleet").asText()).isEqualTo("silent");
        assertThat(first.signature()).isEqualTo(signature(first));
        Story.eventually(() -> assertThat(posted()).isNotEmpty());
        JsonNode alert = json.readTree(posted().get(0).body()).get(0);
        assertThat(alert.at("/labels/alertname").asText()).isEqualTo("silent-fleet");
        assertThat(alert.at("/labels/severity").asText()).isEqualTo("critical");
        assertThat(Instant.parse(alert.at("/endsAt").asText())).isAfter(Instant.now());
        assertThat(Api.get("alerts?fleet=silent").getString("[0].state")).isEqualTo("FIRING");

        try (FakeDevice device = Story.enrol("silent", "silent-1")) {
            device.publish(Channel.TELEMETRY, window(), false);
            Story.eventually(() -> assertThat(hooks()).hasSize(2));
        }

        assertThat(json.readTree(hooks().get(1).body()).at("/status").asText()).isEqualTo("RESOLVED");
        Story.eventually(
                () -> assertThat(json.readTree(posted().get(posted().size() - 1).body())
                                .at("/0/endsAt")
                                .asText())
                        .satisfies(end -> assertThat(Instant.parse(end)).isBefore(Instant.now())));
        assertThat(Api.get("alerts?fleet=silent").getList("state")).containsExactly("RESOLVED");
        given().delete("/api/v1/alert-rules/silent-fleet").then().statusCode(204);
        given().delete("/api/v1/alert-receivers/pager").then().statusCode(204);
        given().delete("/api/v1/alert-receivers/manager").then().statusCode(204);
    }

    @Test
    void aRuleThatIsDeletedTakesItsAlertAlong() {
        Api.createFleet("deleted-rule");
        put(
                        "alert-rules/short-lived",
                        Map.of("fleet", "deleted-rule", "condition", Map.of("kind", "ABSENCE", "over", "PT1M")))
                .statusCode(201);
        Story.eventually(() -> assertThat(Api.get("alerts?fleet=deleted-rule").getList("state"))
                .containsExactly("FIRING"));

        given().delete("/api/v1/alert-rules/short-lived").then().statusCode(204);

        Story.eventually(() -> assertThat(Api.get("alerts?fleet=deleted-rule").getList("state"))
                .containsExactly("RESOLVED"));
    }

    @Test
    void whatDevicesMeasuredIsThereForChartsAndDrift() throws Exception {
        Api.createFleet("charts");
        try (FakeDevice device = Story.enrol("charts", "charts-1")) {
            TelemetryWindow window =
                    window().toBuilder().setDeviceId("charts-1").build();
            device.publish(Channel.TELEMETRY, window, false);
            device.publish(Channel.TELEMETRY, window, false);
            Story.eventually(
                    () -> assertThat(Api.get("telemetry/summary?fleet=charts").getInt("measured.windows"))
                            .isEqualTo(1));
        }

        var summary = Api.get("telemetry/summary?fleet=charts&percentiles=50,99.9");
        assertThat(summary.getDouble("measured.probe.share")).isEqualTo(0.9);
        assertThat(summary.getDouble("measured.probe.low")).isBetween(0.5, 0.9);
        assertThat(summary.getDouble("measured.latencyMs.p50")).isBetween(2.0, 2.02);
        assertThat(summary.getMap("measured.latencyMs")).containsKey("p99.9");
        var series = Api.get("telemetry/series?fleet=charts&step=PT1M");
        assertThat(series.getList("points")).hasSize(1);
        var variants = Api.get("telemetry/variants?fleet=charts");
        assertThat(variants.getString("variants[0].deviceClass")).isEqualTo("rpi-cpu");
        assertThat(variants.<Object>get("variants[0].drift"))
                .as("before the baseline is complete")
                .isNull();
    }

    @Test
    void saysWhatIsWrongWithARequest() {
        put("alert-rules/x", Map.of("condition", Map.of("kind", "ABSENCE", "over", "PT1S")))
                .statusCode(400)
                .body("detail", containsString("'over'"));
        put(
                        "alert-rules/x",
                        Map.of("condition", Map.of("kind", "ABSENCE", "over", "PT5M"), "receivers", List.of("nobody")))
                .statusCode(400)
                .body("detail", containsString("no alert receiver 'nobody'"));
        put("alert-rules/x", Map.of("condition", Map.of("kind", "THRESHOLD", "value", 1)))
                .statusCode(400)
                .body("detail", containsString("'metric' is missing"));
        put("alert-rules/x", Map.of("condition", Map.of("kind", "ABSENCE")))
                .statusCode(400)
                .body("detail", containsString("'over' is missing"));
        put("alert-rules/x", Map.of()).statusCode(400).body("detail", containsString("'condition'"));
        put("alert-receivers/x", Map.of("kind", "WEBHOOK", "url", "ftp://somewhere"))
                .statusCode(400);
        Api.tryGet("telemetry/series?step=PT1S").statusCode(400).body("detail", containsString("whole minutes"));
        Api.tryGet("telemetry/series?from=yesterday").statusCode(400).body("detail", containsString("instant"));
        Api.tryGet("telemetry/summary?percentiles=101").statusCode(400);
        Api.tryGet("telemetry/series?from=2020-01-01T00:00:00Z&step=PT1M")
                .statusCode(400)
                .body("detail", containsString("points"));
    }

    private static ValidatableResponse put(String path, Object body) {
        return given().contentType(ContentType.JSON)
                .body(body)
                .put("/api/v1/" + path)
                .then();
    }

    private List<Received> hooks() {
        return received.stream().filter(one -> one.path().equals("/hook")).toList();
    }

    private List<Received> posted() {
        return received.stream()
                .filter(one -> one.path().equals("/api/v2/alerts"))
                .toList();
    }

    private String url(String path) {
        return "http://127.0.0.1:" + receiver.getAddress().getPort() + path;
    }

    /** Made anew from what was received, as a receiver would. */
    private static String signature(Received one) throws Exception {
        String time = one.signature().substring(2, one.signature().indexOf(','));
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        byte[] code = mac.doFinal((time + "." + one.body()).getBytes(StandardCharsets.UTF_8));
        return "t=" + time + ",v1=" + HexFormat.of().formatHex(code);
    }

    private static TelemetryWindow window() {
        Histogram latency = new Histogram(3_600_000_000L, 2);
        latency.recordValueWithCount(2000, 10);
        ByteBuffer encoded = ByteBuffer.allocate(latency.getNeededByteBufferCapacity());
        latency.encodeIntoCompressedByteBuffer(encoded);
        encoded.flip();
        Instant now = Instant.now();
        return TelemetryWindow.newBuilder()
                .setDeviceId("silent-1")
                .setFormat(2)
                .setSeries(1)
                .setWindowNumber(1)
                .setStart(timestamp(now.minusSeconds(10)))
                .setEnd(timestamp(now))
                .setVariant(ByteString.copyFrom(new byte[32]))
                .setModelName("m")
                .setModelVersion(1)
                .setLatencyHistogram(ByteString.copyFrom(encoded))
                .setInferences(10)
                .setRight(9)
                .setWrong(1)
                .build();
    }

    private static Timestamp timestamp(Instant at) {
        return Timestamp.newBuilder().setSeconds(at.getEpochSecond()).build();
    }
}
