package io.quantfleet.agent.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Serves one content in ranges, and cuts the connection where it is told to. */
public final class RangeServer implements AutoCloseable {
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d+)");

    /** The ranges asked for, in order. */
    public final List<String> ranges = new CopyOnWriteArrayList<>();

    private final HttpServer server;
    private final byte[] content;
    private volatile int cutAfter = Integer.MAX_VALUE;

    public RangeServer(byte[] content) throws IOException {
        this.content = content.clone();
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::serve);
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/artifacts/x?signature=y";
    }

    /** Sends so many bytes of the next answers and then closes the connection. */
    public void cutAfter(int bytes) {
        cutAfter = bytes;
    }

    private void serve(HttpExchange exchange) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        ranges.add(range);
        Matcher matcher = RANGE.matcher(range);
        if (!matcher.matches()) {
            throw new IOException("no range: " + range);
        }
        int first = Integer.parseInt(matcher.group(1));
        int length = Integer.parseInt(matcher.group(2)) - first + 1;
        exchange.sendResponseHeaders(206, length);
        exchange.getResponseBody().write(content, first, Math.min(length, cutAfter));
        exchange.getResponseBody().flush();
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
