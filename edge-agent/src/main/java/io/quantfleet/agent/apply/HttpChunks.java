package io.quantfleet.agent.apply;

import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.artifact.ChunkRef;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches chunks over HTTP: those that lie side by side in one request for a range, on a thread that is there while
 * there is something to fetch. What a broken connection leaves out is asked for again by whoever wants it, so a download goes on
 * where it was. Nothing is trusted: whoever takes the bytes checks their hash. Safe for use by several threads.
 */
final class HttpChunks implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpChunks.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration IDLE = Duration.ofSeconds(5);

    /**
     * Where a chunk is.
     *
     * @param uri of the artifact as it is published
     * @param offset of the chunk in it, bytes
     */
    record Location(URI uri, long offset, ChunkRef chunk) {
        private long end() {
            return offset + chunk.published().size();
        }
    }

    private final BiConsumer<Sha256, byte[]> receiver;
    private final Map<Sha256, Location> wanted = new HashMap<>();
    private final ThreadPoolExecutor thread;

    /** @param receiver takes a chunk's name and what came for it, on the thread that fetches */
    HttpChunks(BiConsumer<Sha256, byte[]> receiver) {
        this.receiver = receiver;
        this.thread = new ThreadPoolExecutor(
                1, 1, IDLE.toMillis(), TimeUnit.MILLISECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread fetching = new Thread(task, "http-chunks");
                    fetching.setDaemon(true);
                    return fetching;
                });
        thread.allowCoreThreadTimeOut(true);
    }

    void ask(Location location) {
        synchronized (wanted) {
            wanted.put(location.chunk().name(), location);
        }
        if (!thread.isShutdown()) {
            thread.execute(this::fetchWanted);
        }
    }

    void forget(Sha256 chunk) {
        synchronized (wanted) {
            wanted.remove(chunk);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    private void fetchWanted() {
        for (List<Location> run : runs()) {
            try {
                fetch(run);
            } catch (IOException e) {
                LOG.warn(
                        "chunks did not come over HTTP host={}: {}",
                        run.get(0).uri().getHost(),
                        e.toString());
            }
        }
    }

    /** Takes everything that is wanted, what lies side by side together. */
    private List<List<Location>> runs() {
        List<Location> taken;
        synchronized (wanted) {
            taken = new ArrayList<>(wanted.values());
            wanted.clear();
        }
        taken.sort(Comparator.comparing(Location::uri).thenComparingLong(Location::offset));
        List<List<Location>> runs = new ArrayList<>();
        for (Location location : taken) {
            List<Location> last = runs.isEmpty() ? List.of() : runs.get(runs.size() - 1);
            boolean goesOn = !last.isEmpty()
                    && last.get(last.size() - 1).uri().equals(location.uri())
                    && last.get(last.size() - 1).end() == location.offset();
            if (goesOn) {
                last.add(location);
            } else {
                runs.add(new ArrayList<>(List.of(location)));
            }
        }
        return runs;
    }

    private void fetch(List<Location> run) throws IOException {
        long first = run.get(0).offset();
        long last = run.get(run.size() - 1).end() - 1;
        HttpURLConnection connection =
                (HttpURLConnection) run.get(0).uri().toURL().openConnection();
        connection.setConnectTimeout((int) PATIENCE.toMillis());
        connection.setReadTimeout((int) PATIENCE.toMillis());
        connection.setRequestProperty("Range", "bytes=" + first + "-" + last);
        try {
            int status = connection.getResponseCode();
            if (status != HttpURLConnection.HTTP_PARTIAL && status != HttpURLConnection.HTTP_OK) {
                throw new IOException("the server answered " + status);
            }
            try (InputStream in = connection.getInputStream()) {
                if (status == HttpURLConnection.HTTP_OK) {
                    in.skipNBytes(first);
                }
                for (Location location : run) {
                    byte[] bytes = in.readNBytes(
                            Math.toIntExact(location.chunk().published().size()));
                    if (bytes.length != location.chunk().published().size()) {
                        throw new EOFException("the connection ended early");
                    }
                    receiver.accept(location.chunk().name(), bytes);
                }
            }
        } finally {
            connection.disconnect();
        }
    }
}
