package io.quantfleet.cli.embedded;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.quantfleet.cli.CliException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** {@code GET /health} on a loopback port: 200 when every server answers, else 503, with a line for each server. */
final class ServersHealthEndpoint {
    private ServersHealthEndpoint() {}

    /** Answers from now on until the process ends. */
    static void start(int port, Supplier<Map<String, Boolean>> health) {
        try {
            HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
            http.createContext("/health", exchange -> answer(exchange, health.get()));
            http.start();
        } catch (IOException e) {
            throw new CliException("port " + port + " for the servers' health is taken: " + e.getMessage(), e);
        }
    }

    private static void answer(HttpExchange exchange, Map<String, Boolean> health) throws IOException {
        byte[] body = health.entrySet().stream()
                .map(server -> server.getKey() + (server.getValue() ? " UP" : " DOWN"))
                .collect(Collectors.joining("\n", "", "\n"))
                .getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.sendResponseHeaders(health.containsValue(false) ? 503 : 200, body.length);
            exchange.getResponseBody().write(body);
        }
    }
}
