package io.quantfleet.agent.app;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;

/** A program that asks a {@link TrainingRun}'s model, over a bare socket: an HTTP client's classes are none of the agent's. */
final class TrainingClient {
    private final Path portFile;

    /** @param portFile where the agent says the port of its inference API */
    TrainingClient(Path portFile) {
        this.portFile = portFile;
    }

    void awaitReady(Duration limit) throws IOException, InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (!answer("GET", "/v2/health/ready", "").startsWith("HTTP/1.1 200")) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("no model serves after " + limit + "; the log says why");
            }
            Thread.sleep(20);
        }
    }

    void infer(int pixels) throws IOException {
        String body =
                "{\"id\":\"1\",\"inputs\":[{\"name\":\"image\",\"datatype\":\"FP32\",\"shape\":[1,1,2,2],\"data\":"
                        + Collections.nCopies(pixels, "0.5") + "}]}";
        require(answer("POST", "/v2/models/brightest/infer", body));
        require(answer("POST", "/v2/models/brightest/feedback", "{\"id\":\"1\",\"label\":0}"));
    }

    private static void require(String answer) {
        if (!answer.startsWith("HTTP/1.1 200")) {
            throw new IllegalStateException("the model of the training run does not answer: " + answer);
        }
    }

    private String answer(String method, String path, String body) throws IOException {
        int port = Integer.parseInt(Files.readString(portFile).strip());
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            OutputStream out = socket.getOutputStream();
            out.write((method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: "
                            + body.length() + "\r\n\r\n" + body)
                    .getBytes(StandardCharsets.US_ASCII));
            out.flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
