package io.quantfleet.agent.inference;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.quantfleet.agent.AgentException;
import io.quantfleet.agent.serve.ModelException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@link InferenceApi} over HTTP, with the JDK's server, on the loopback interface alone. A few threads answer; they
 * end when nobody asks.
 */
public final class InferenceServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(InferenceServer.class);
    private static final int THREADS = 4;
    private static final int IDLE_SECONDS = 30;
    private static final int BACKLOG = 64;
    private static final int OK = 200;
    private static final int INTERNAL_ERROR = 500;
    /** More than a client can send before the limits of time end its connection. */
    private static final long DRAINED_BYTES = 1L << 40;
    /** The part of the heap that requests may fill together. */
    private static final int HEAP_PARTS = 4;

    private static final String JSON = "application/json";

    private final HttpServer server;
    private final ThreadPoolExecutor threads;
    private final InferenceApi api;
    private final ByteBudget budget;

    private InferenceServer(HttpServer server, InferenceApi api, long largestRequest) {
        this.server = server;
        this.api = api;
        this.budget = new ByteBudget(largestRequest, Runtime.getRuntime().maxMemory() / HEAP_PARTS);
        this.threads = new ThreadPoolExecutor(
                THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "infer");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * Starts listening.
     *
     * @param port 0 for any that is free; see {@link #port}
     * @param largestRequest bytes that the body of one request may have
     * @throws AgentException if the port is taken
     */
    public static InferenceServer start(InferenceApi api, int port, long largestRequest) {
        // A client that stops in the middle of a request must not hold a thread for ever.
        setUnlessSet("sun.net.httpserver.maxReqTime", "60");
        setUnlessSet("sun.net.httpserver.maxRspTime", "60");
        // Otherwise every answer waits for the acknowledgement of its headers.
        setUnlessSet("sun.net.httpserver.nodelay", "true");
        // What a refused client still sends is taken and dropped: closed at once, the connection would be reset, and
        // the answer might be lost with it (RFC 9112, section 9.6).
        setUnlessSet("sun.net.httpserver.drainAmount", Long.toString(DRAINED_BYTES));
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        try {
            HttpServer server = HttpServer.create(address, BACKLOG);
            InferenceServer started = new InferenceServer(server, api, largestRequest);
            server.createContext("/", started::handle);
            server.setExecutor(started.threads);
            server.start();
            LOG.info("inference API at http://{}:{}/v2", address.getHostString(), started.port());
            return started;
        } catch (IOException e) {
            throw new AgentException(
                    "can't listen on " + address + " for inference requests: " + e.getMessage()
                            + "; choose another --inference-port, or 0 for any that is free",
                    e);
        }
    }

    /** The port it listens on. */
    public int port() {
        return server.getAddress().getPort();
    }

    /** Lets requests under way finish for a moment, and stops. */
    @Override
    public void close() {
        // The server waits for the whole second even where there is nothing to wait for.
        server.stop(threads.getActiveCount() == 0 ? 0 : 1);
        threads.shutdownNow();
    }

    private record Answer(int status, ResponseBody body) {}

    private void handle(HttpExchange exchange) {
        try (exchange) {
            send(exchange, answer(exchange));
        } catch (IOException e) {
            LOG.debug("a client went away before it had its answer", e);
        } catch (RuntimeException | InterruptedException e) {
            LOG.error("answering a request failed", e);
        }
    }

    private Answer answer(HttpExchange exchange) throws IOException, InterruptedException {
        try {
            String path = exchange.getRequestURI().getPath();
            Endpoint endpoint = Endpoint.at(path)
                    .orElseThrow(() -> new RequestException(
                            RequestException.NOT_FOUND,
                            "there is nothing at " + path + "; try /v2, /v2/health/ready, /v2/models/{name},"
                                    + " /v2/models/{name}/infer or /v2/models/{name}/feedback"));
            requireMethod(exchange, endpoint);
            return answer(exchange, endpoint);
        } catch (RequestException e) {
            if (e.status() == RequestException.TOO_LARGE) {
                // What is left of the body is not read, so nothing else can come over this connection.
                exchange.getResponseHeaders().set("Connection", "close");
            }
            return new Answer(e.status(), api.error(String.valueOf(e.getMessage())));
        } catch (ModelException e) {
            LOG.warn("inference failed: {}", e.getMessage());
            return new Answer(INTERNAL_ERROR, api.error(String.valueOf(e.getMessage())));
        } catch (RuntimeException e) {
            LOG.error("answering a request failed", e);
            return new Answer(INTERNAL_ERROR, api.error("the agent failed; its log has the cause"));
        }
    }

    private Answer answer(HttpExchange exchange, Endpoint endpoint) throws IOException, InterruptedException {
        return switch (endpoint.kind()) {
            case SERVER -> new Answer(OK, api.server());
            case LIVE -> new Answer(OK, api.live());
            case READY -> ready();
            case MODEL -> new Answer(OK, api.metadata(endpoint));
            case MODEL_READY -> new Answer(OK, api.modelReady(endpoint));
            case INFER, FEEDBACK -> answerPost(exchange, endpoint);
        };
    }

    private Answer ready() {
        boolean ready = api.isReady();
        // The protocol wants a 4xx where a server is not ready.
        return new Answer(ready ? OK : RequestException.BAD_REQUEST, api.ready(ready));
    }

    private Answer answerPost(HttpExchange exchange, Endpoint endpoint) throws IOException, InterruptedException {
        requireIdentity(exchange);
        long length = announcedLength(exchange);
        budget.acquire(length);
        try {
            byte[] body = read(exchange.getRequestBody(), length);
            return endpoint.kind() == Endpoint.Kind.FEEDBACK
                    ? new Answer(OK, api.feedback(endpoint, body))
                    : new Answer(OK, api.infer(endpoint, new RequestBody(body, jsonLength(exchange, body.length))));
        } finally {
            budget.release(length);
        }
    }

    private static void requireMethod(HttpExchange exchange, Endpoint endpoint) {
        String wanted = endpoint.kind().method();
        if (!exchange.getRequestMethod().equals(wanted)) {
            exchange.getResponseHeaders().set("Allow", wanted);
            throw new RequestException(
                    RequestException.METHOD_NOT_ALLOWED,
                    "this is answered to " + wanted + ", not to " + exchange.getRequestMethod());
        }
    }

    private static void requireIdentity(HttpExchange exchange) {
        String encoding = exchange.getRequestHeaders().getFirst("Content-Encoding");
        if (encoding != null && !encoding.equals("identity")) {
            throw new RequestException(
                    RequestException.UNSUPPORTED_MEDIA_TYPE,
                    "Content-Encoding " + encoding + " is not supported; send the body as it is");
        }
    }

    /** The length that the body has, or the largest that it may have where the client doesn't say. */
    private long announcedLength(HttpExchange exchange) {
        long length = number(exchange, "Content-Length").orElse(budget.largest());
        if (length > budget.largest()) {
            throw tooLarge();
        }
        return length;
    }

    private RequestException tooLarge() {
        return new RequestException(
                RequestException.TOO_LARGE,
                "a request may have " + budget.largest() + " bytes; --inference-max-request sets it");
    }

    private byte[] read(InputStream in, long announced) throws IOException {
        byte[] body = in.readNBytes(Math.toIntExact(announced));
        if (body.length == announced && in.read() >= 0) {
            throw tooLarge();
        }
        return body;
    }

    private static int jsonLength(HttpExchange exchange, int bodyLength) {
        return Math.toIntExact(Math.min(
                Integer.MAX_VALUE, number(exchange, RequestBody.JSON_LENGTH).orElse((long) bodyLength)));
    }

    private static Optional<Long> number(HttpExchange exchange, String header) {
        String value = exchange.getRequestHeaders().getFirst(header);
        if (value == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Long.parseUnsignedLong(value.strip()));
        } catch (NumberFormatException e) {
            throw RequestException.bad(header + " is '" + value + "', not a number of bytes");
        }
    }

    private static void send(HttpExchange exchange, Answer answer) throws IOException {
        ResponseBody body = answer.body();
        int jsonLength = body.json().remaining();
        long length = jsonLength
                + body.binary().stream().mapToLong(ByteBuffer::remaining).sum();
        if (body.binary().isEmpty()) {
            exchange.getResponseHeaders().set("Content-Type", JSON);
        } else {
            exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
            exchange.getResponseHeaders().set(RequestBody.JSON_LENGTH, Integer.toString(jsonLength));
        }
        exchange.sendResponseHeaders(answer.status(), length);
        try (OutputStream out = exchange.getResponseBody();
                WritableByteChannel channel = Channels.newChannel(out)) {
            write(body.json(), channel);
            for (ByteBuffer tensor : body.binary()) {
                write(tensor, channel);
            }
        }
    }

    private static void write(ByteBuffer bytes, WritableByteChannel to) throws IOException {
        while (bytes.hasRemaining()) {
            to.write(bytes);
        }
    }

    private static void setUnlessSet(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}
