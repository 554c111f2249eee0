package io.quantfleet.quantizer.worker;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * {@code /health}: 200 if all parts are up and 503 otherwise, naming each; {@code /metrics}: Prometheus' text format. One
 * thread of its own.
 */
final class WorkerHttpEndpoint implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread daemon = new Thread(task, "http");
        daemon.setDaemon(true);
        return daemon;
    });

    private WorkerHttpEndpoint(HttpServer server) {
        this.server = server;
    }

    /**
     * Opens the endpoint on every address of this machine.
     *
     * @param health the parts by name, and whether each is up
     * @param capabilities what the worker can do
     * @throws QuantizerException {@code ILLEGAL_STATE} if the port is taken
     */
    static WorkerHttpEndpoint open(
            int port, Supplier<Map<String, Boolean>> health, List<String> capabilities, WorkerMetrics metrics)
            throws IOException {
        HttpServer server = HttpServer.create();
        try {
            server.bind(new InetSocketAddress(port), 0);
        } catch (BindException e) {
            throw new QuantizerException(
                    ReasonCode.ILLEGAL_STATE, "port " + port + " is taken; choose another with --http-port", e);
        }
        server.createContext("/health", exchange -> answerHealth(exchange, health.get(), capabilities));
        server.createContext(
                "/metrics", exchange -> answer(exchange, 200, "text/plain; version=0.0.4", metrics.scrape()));
        WorkerHttpEndpoint endpoint = new WorkerHttpEndpoint(server);
        server.setExecutor(endpoint.thread);
        server.start();
        return endpoint;
    }

    private static void answerHealth(HttpExchange exchange, Map<String, Boolean> parts, List<String> capabilities)
            throws IOException {
        boolean up = !parts.containsValue(false);
        String checks = parts.entrySet().stream()
                .map(part -> "{\"name\":\"" + part.getKey() + "\",\"status\":\"" + status(part.getValue()) + "\"}")
                .collect(Collectors.joining(","));
        String named = capabilities.stream().map(name -> "\"" + name + "\"").collect(Collectors.joining(","));
        String body =
                "{\"status\":\"" + status(up) + "\",\"capabilities\":[" + named + "],\"checks\":[" + checks + "]}";
        answer(exchange, up ? 200 : 503, "application/json", body);
    }

    private static String status(boolean up) {
        return up ? "UP" : "DOWN";
    }

    private static void answer(HttpExchange exchange, int status, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        thread.shutdownNow();
    }
}
