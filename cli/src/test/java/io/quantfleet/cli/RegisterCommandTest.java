package io.quantfleet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.quantfleet.quantizer.sample.SampleModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegisterCommandTest {
    private final List<String> received = new CopyOnWriteArrayList<>();
    private final StringWriter screen = new StringWriter();
    private final StringWriter errors = new StringWriter();

    @TempDir
    Path folder;

    private HttpServer controlPlane;
    private SampleModel sample;

    @BeforeEach
    void start() throws IOException {
        sample = SampleModel.extractInto(folder.resolve("sample"));
        controlPlane = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        controlPlane.createContext("/api/v1/models", exchange -> {
            received.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1));
            byte[] answer = "{\"name\": \"glyphs\", \"version\": 3}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(201, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        controlPlane.start();
    }

    @AfterEach
    void stop() {
        controlPlane.stop(0);
    }

    private int register(String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "register",
                sample.description().toString(),
                "--control-plane",
                "http://127.0.0.1:" + controlPlane.getAddress().getPort(),
                "--calibration",
                sample.calibration().toString(),
                "--validation",
                sample.validation().toString()));
        arguments.addAll(List.of(more));
        return QuantfleetMain.commandLine()
                .setOut(new PrintWriter(screen, true))
                .setErr(new PrintWriter(errors, true))
                .execute(arguments.toArray(String[]::new));
    }

    @Test
    void sendsTheFilesAndTheOptions() {
        assertThat(register("--method", "static", "--exclude", "op:Softmax", "--max-loss-points", "1.5"))
                .isZero();

        assertThat(screen.toString()).contains("glyphs v3", "/models/glyphs/versions/3");
        assertThat(received)
                .singleElement()
                .asString()
                .contains("name=\"onnx\"", "name=\"calibration\"", "name=\"maxLossPoints\"", "1.5")
                .contains("name=\"options\"", "\"method\":\"static\"", "\"excluded\":[\"op:Softmax\"]");
    }

    @Test
    void refusesAWrongNameBeforeAnythingIsSent() {
        assertThat(register("--techniques", "wishful-thinking")).isEqualTo(2);

        assertThat(errors.toString()).contains("--techniques", "wishful-thinking", "bias-correction");
        assertThat(received).isEmpty();
    }
}
