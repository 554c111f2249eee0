package io.quantfleet.cli;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A control plane that answers what a test wants, and the command line that asks it. */
final class StubControlPlane implements BeforeEachCallback, AfterEachCallback {
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final Queue<Answer> inTurn = new ConcurrentLinkedQueue<>();
    private final StringWriter screen = new StringWriter();
    private final StringWriter errors = new StringWriter();
    private HttpServer server;
    private volatile String tag = "";

    private record Answer(int status, String body) {}

    private final List<Headers> headers = new CopyOnWriteArrayList<>();

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/api/v1/", exchange -> {
            Answer next = inTurn.size() > 1 ? inTurn.remove() : inTurn.element();
            answer(exchange, next.status(), next.body());
        });
        server.start();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        server.stop(0);
    }

    /** Answers requests to a path below {@code /api/v1/}, and what is below it. */
    void answers(String path, int status, String body) {
        server.createContext("/api/v1/" + path, exchange -> answer(exchange, status, body));
    }

    /** Answers as {@link #answers}, with one more page behind the first. */
    void answersInPages(String path, String body) {
        server.createContext("/api/v1/" + path, exchange -> {
            if (!exchange.getRequestURI().getRawQuery().contains("cursor")) {
                exchange.getResponseHeaders().add("Link", "</api/v1/" + path + "?cursor=abc>; rel=\"next\"");
            }
            answer(exchange, 200, body);
        });
    }

    /** Answers requests to any other path with the bodies in their order, the last one again and again. */
    void answersInTurn(String... bodies) {
        List.of(bodies).forEach(body -> answersInTurn(200, body));
    }

    /** As {@link #answersInTurn(String...)}, with any status. */
    void answersInTurn(int status, String body) {
        inTurn.add(new Answer(status, body));
    }

    String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Runs a command that asks it; its exit code. */
    int run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--control-plane", address()));
        return runAsIs(all.toArray(String[]::new));
    }

    /** Runs a command as it is. */
    int runAsIs(String... arguments) {
        return QuantfleetMain.commandLine()
                .setOut(new PrintWriter(screen, true))
                .setErr(new PrintWriter(errors, true))
                .execute(arguments);
    }

    /** Method, path with query, and body of every request. */
    List<String> asked() {
        return asked;
    }

    /** A header of every request; empty for those without. */
    List<String> headers(String name) {
        return headers.stream()
                .map(sent -> String.join(",", sent.getOrDefault(name, List.of())))
                .toList();
    }

    /** Every answer has this tag from now on. */
    void tags(String etag) {
        tag = etag;
    }

    String screen() {
        return screen.toString();
    }

    String errors() {
        return errors.toString();
    }

    private void answer(HttpExchange exchange, int status, String body) throws IOException {
        String sent = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1);
        headers.add(exchange.getRequestHeaders());
        if (!tag.isEmpty()) {
            exchange.getResponseHeaders().set("ETag", tag);
        }
        String token = exchange.getRequestHeaders().getFirst("Authorization");
        asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + sent
                + (token == null ? "" : " " + token));
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
