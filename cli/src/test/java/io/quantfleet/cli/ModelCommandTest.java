package io.quantfleet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code quantfleet model} against a control plane that answers what a test wants. */
class ModelCommandTest {
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final StringWriter screen = new StringWriter();
    private final StringWriter errors = new StringWriter();
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
            asked.add(exchange.getRequestURI().toString());
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
    }

    private int model(String command, String... filter) {
        String address = "http://127.0.0.1:" + controlPlane.getAddress().getPort();
        return QuantfleetMain.commandLine()
                .setOut(new PrintWriter(screen, true))
                .setErr(new PrintWriter(errors, true))
                .execute(Stream.concat(Stream.of("model", command, "--control-plane", address), Arrays.stream(filter))
                        .toArray(String[]::new));
    }

    @Test
    void listsModels() {
        answers("models", 200, """
                [{"name": "glyphs", "versions": 2, "latestVersion": 3, "registeredAt": "2026-11-24T10:00:00Z"}]""");

        assertThat(model("list", "--filter", "versions > 1")).isZero();

        assertThat(asked.get(0)).contains("filter=versions%20%3E%201");
        assertThat(screen.toString()).containsPattern("glyphs +2 +3 +2026-11-24T10:00:00Z");
    }

    @Test
    void listsJobs() {
        answers("jobs", 200, """
                [{"jobId": "j-1", "model": "glyphs", "version": 3, "deviceClass": "gpu", "attempt": 1, "state": "RUNNING",
                  "step": "calibrating", "queuedAt": "2026-11-24T10:00:00Z"}]""");

        assertThat(model("jobs")).isZero();

        assertThat(screen.toString())
                .containsPattern("j-1 +glyphs v3 +gpu +1 +RUNNING +calibrating +- +2026-11-24T10:00:00Z");
    }

    @Test
    void pointsAtTheMistakeInAFilter() {
        answers("jobs", 400, """
                {"code": "FILTER_INVALID", "detail": "at character 1: there is no field 'stat'", "position": 1}""");

        assertThat(model("jobs", "--filter", "stat = FAILED")).isEqualTo(1);

        assertThat(errors.toString()).contains("  stat = FAILED", "  ^");
    }
}
