package io.quantfleet.agent.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.quantfleet.protocols.signing.SigningKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** The control plane's side of enrolment, on a loopback port: knows one token. */
public final class EnrolmentStub implements AutoCloseable {
    public static final String TOKEN = "let-me-in";

    /** The bodies of the requests so far. */
    public final List<JsonNode> requests = new CopyOnWriteArrayList<>();

    private final ObjectMapper json = new ObjectMapper();
    private final HttpServer server;
    private final URI broker;
    private final SigningKey key;
    private volatile String credential = "secret";
    private final AtomicInteger unavailable = new AtomicInteger();

    public EnrolmentStub(int port, URI broker, SigningKey key) throws IOException {
        this.broker = broker;
        this.key = key;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/api/v1/enrolments", this::handle);
        server.start();
    }

    /** Gives out this credential from now on. */
    public void giveCredential(String next) {
        credential = next;
    }

    /** Answers the next requests with 503. */
    public void answerUnavailable(int times) {
        unavailable.set(times);
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void handle(HttpExchange exchange) throws IOException {
        JsonNode request = json.readTree(exchange.getRequestBody());
        requests.add(request);
        ObjectNode answer = json.createObjectNode();
        int status = 201;
        if (unavailable.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            status = 503;
        } else if (request.path("token").asText().equals(TOKEN)) {
            answer.put("deviceId", request.path("deviceId").asText())
                    .put("fleet", "lab")
                    .put("credential", credential)
                    .put("mqttUri", broker.toString());
            key.verificationKeys().toPem().forEach(answer.putArray("trustedKeys")::add);
        } else {
            status = 403;
            answer.put("code", "ENROLMENT_TOKEN_INVALID").put("detail", "this token is not known");
        }
        byte[] body = json.writeValueAsBytes(answer);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
