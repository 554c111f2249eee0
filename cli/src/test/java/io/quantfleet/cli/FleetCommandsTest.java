package io.quantfleet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code quantfleet device} and {@code quantfleet fleet} against a control plane that answers what a test wants. */
class FleetCommandsTest {
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final StringWriter screen = new StringWriter();
    private final StringWriter errors = new StringWriter();

    @TempDir
    Path folder;

    private HttpServer controlPlane;

    @BeforeEach
    void start() throws IOException {
        controlPlane = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        controlPlane.start();
    }

    @AfterEach
    void stop() {
        controlPlane.stop(0);
    }

    private void answers(String path, int status, String body) {
        controlPlane.createContext("/api/v1/" + path, exchange -> {
            String link = exchange.getRequestURI().getRawQuery();
            if (path.equals("devices") && link != null && !link.contains("cursor")) {
                exchange.getResponseHeaders().add("Link", "</api/v1/devices?cursor=abc>; rel=\"next\"");
            }
            answer(exchange, status, body);
        });
    }

    private void answer(HttpExchange exchange, int status, String body) throws IOException {
        String sent = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + sent);
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private int run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of(
                "--control-plane",
                "http://127.0.0.1:" + controlPlane.getAddress().getPort()));
        return QuantfleetMain.commandLine()
                .setOut(new PrintWriter(screen, true))
                .setErr(new PrintWriter(errors, true))
                .execute(all.toArray(String[]::new));
    }

    private static final String DEVICE = """
            [{"deviceId": "cam-1", "deviceClass": "gpu", "fleet": "lab", "lifecycle": "ENROLLED", "state": "ACTIVE",
              "online": true, "modelName": "glyphs", "modelVersion": 3, "agentVersion": "1.2.0",
              "labels": {"site": "lyon", "rack": "7"}}]""";

    @Test
    void listsDevicesPageAfterPage() {
        answers("devices", 200, DEVICE);

        assertThat(run("device", "list", "--filter", "label.site = lyon")).isZero();

        assertThat(asked).hasSize(2);
        assertThat(asked.get(0)).contains("filter=label.site%20%3D%20lyon", "limit=100");
        assertThat(asked.get(1)).contains("cursor=abc");
        assertThat(screen.toString())
                .containsPattern("cam-1 +gpu +lab +ACTIVE +yes +glyphs v3 +1.2.0 +- +rack=7 site=lyon");
    }

    @Test
    void saysThatThereAreMoreThanItShows() {
        answers("devices", 200, DEVICE);

        assertThat(run("device", "list", "--limit", "1")).isZero();

        assertThat(screen.toString()).contains("There are more");
    }

    @Test
    void printsJsonForPrograms() {
        answers("devices", 200, DEVICE);

        assertThat(run("device", "list", "-o", "json")).isZero();

        assertThat(screen.toString()).startsWith("[").contains("\"deviceId\" : \"cam-1\"");
    }

    @Test
    void pointsAtTheMistakeInAFilter() {
        answers("fleets/preview", 400, """
                {"code": "FILTER_INVALID", "detail": "at character 17: there is no field 'site'", "position": 17}""");

        assertThat(run("fleet", "preview", "--filter", "class = gpu and site = x"))
                .isEqualTo(1);

        assertThat(errors.toString().lines())
                .containsExactly(
                        "quantfleet: at character 17: there is no field 'site'",
                        "  class = gpu and site = x",
                        "                  ^");
    }

    @Test
    void makesAFleetByQuery() {
        answers(
                "fleets",
                201,
                "{\"name\": \"pis\", \"devices\": 7, \"query\": \"class = rpi-cpu\", \"description\": \"\"}");

        assertThat(run("fleet", "create", "pis", "--filter", "class = rpi-cpu")).isZero();

        assertThat(asked.get(0)).contains("\"query\":\"class = rpi-cpu\"");
        assertThat(screen.toString()).containsPattern("pis +7 +class = rpi-cpu");
    }

    @Test
    void anImportWithRejectedLinesFailsAndShowsThem() throws IOException {
        Path file = Files.writeString(folder.resolve("devices.csv"), "id\na b\n");
        answers("devices/import", 200, """
                {"lines": 1, "registered": 0, "updated": 0, "unchanged": 0, "rejected": 1, "complete": true,
                 "errors": [{"line": 2, "column": "id", "deviceId": "a b", "reason": "not a device id"}]}""");

        assertThat(run("device", "import", file.toString(), "--fleet", "lab", "--dry-run"))
                .isEqualTo(1);

        assertThat(asked.get(0)).contains("dryRun=true", "fleet=lab", "id\na b\n");
        assertThat(screen.toString()).contains("1 rejected").containsPattern("2 +id +a b +not a device id");
    }

    @Test
    void refusesAFileWhoseNameSaysNothing() throws IOException {
        Path file = Files.writeString(folder.resolve("devices.txt"), "");

        assertThat(run("device", "import", file.toString())).isEqualTo(1);

        assertThat(errors.toString()).contains(".csv, .jsonl or .ndjson");
    }

    @Test
    void showsATokenAndNothingElse() {
        answers("enrolment-tokens", 201, "{\"token\": \"qfe_secret\", \"id\": \"abc\"}");

        assertThat(run("device", "token", "create", "--fleet", "lab", "--device-class", "gpu", "--valid-for", "7d"))
                .isZero();

        assertThat(screen.toString()).isEqualToIgnoringNewLines("qfe_secret");
        assertThat(asked.get(0)).contains("\"ttlSeconds\":604800");
    }

    @Test
    void asksForTheControlPlane() {
        int code = QuantfleetMain.commandLine()
                .setErr(new PrintWriter(errors, true))
                .execute("device", "list");

        assertThat(code).isEqualTo(2);
        assertThat(errors.toString()).contains("--control-plane");
    }
}
