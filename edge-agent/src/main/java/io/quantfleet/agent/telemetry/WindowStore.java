package io.quantfleet.agent.telemetry;

import io.quantfleet.agent.state.DurableFiles;
import io.quantfleet.protocols.v1.TelemetryWindow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Numbers windows and keeps them on disk until they are delivered. A number is used once in its series, over restarts and
 * crashes; where the count is lost, a new series begins. A window that was stored is delivered, unless the device is away
 * for so long that the oldest make room. Those that were delivered last are kept a while longer, for a broker may lose what
 * it has acknowledged. Safe for use by several threads.
 */
public final class WindowStore {
    private static final Logger LOG = LoggerFactory.getLogger(WindowStore.class);
    private static final String SUFFIX = ".window";
    private static final String DELIVERED_SUFFIX = ".delivered";
    /** How many delivered windows are kept: a quarter of an hour of them, as a rule. */
    static final int KEPT_DELIVERED = 15;

    private static final String COUNT = "next";
    private static final int HEX = 16;
    private static final Pattern COUNTED = Pattern.compile("(?<next>\\d{1,18})( (?<series>[0-9a-f]{16}))?");

    private final Path directory;
    private final int capacity;
    private final TreeSet<Long> stored = new TreeSet<>();
    private final TreeSet<Long> delivered = new TreeSet<>();
    private final long series;
    private long next;

    /**
     * Opens the store.
     *
     * @param capacity how many windows to keep at most; beyond it the oldest is dropped
     */
    public WindowStore(Path directory, int capacity) throws IOException {
        this.directory = directory;
        this.capacity = capacity;
        collect(SUFFIX, stored);
        collect(DELIVERED_SUFFIX, delivered);
        Optional<String> counted = DurableFiles.read(directory.resolve(COUNT))
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8).strip());
        Matcher count = COUNTED.matcher(counted.orElse(""));
        boolean isKnown = count.matches();
        long counter = isKnown ? Long.parseLong(count.group("next")) : 1;
        // An agent that counted without a series, or a damaged file: no number must come twice in one series.
        this.series = isKnown && count.group("series") != null
                ? Long.parseUnsignedLong(count.group("series"), HEX)
                : new SecureRandom().nextLong();
        // A crash between storing a window and counting on leaves the counter behind.
        this.next = Math.max(counter, Math.max(last(stored), last(delivered)) + 1);
    }

    private void collect(String suffix, SortedSet<Long> numbers) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(suffix))
                    .forEach(name -> numbers.add(Long.parseLong(name.substring(0, name.length() - suffix.length()))));
        }
    }

    private static long last(SortedSet<Long> numbers) {
        return numbers.isEmpty() ? 0 : numbers.last();
    }

    private void count() throws IOException {
        DurableFiles.write(
                directory.resolve(COUNT), "%d %016x\n".formatted(next, series).getBytes(StandardCharsets.UTF_8));
    }

    /** Numbers the window and stores it. */
    public synchronized TelemetryWindow add(TelemetryWindow.Builder window) throws IOException {
        TelemetryWindow numbered =
                window.setSeries(series).setWindowNumber(next).build();
        DurableFiles.write(file(next), numbered.toByteArray());
        stored.add(next);
        next++;
        count();
        while (stored.size() > capacity) {
            long oldest = stored.first();
            LOG.warn("dropping the oldest undelivered window windowNumber={} kept={}", oldest, capacity);
            stored.remove(oldest);
            Files.deleteIfExists(file(oldest));
        }
        return numbered;
    }

    /** The lowest number of a stored window above {@code number}. */
    public synchronized Optional<Long> firstAfter(long number) {
        return Optional.ofNullable(stored.higher(number));
    }

    /** The serialized window with this number; empty if it was delivered or dropped meanwhile. */
    public Optional<byte[]> read(long number) throws IOException {
        return DurableFiles.read(file(number));
    }

    /** Puts a window aside that the broker has; one that was dropped meanwhile stays so. */
    public synchronized void delivered(long number) throws IOException {
        if (!stored.remove(number)) {
            return;
        }
        Files.move(file(number), deliveredFile(number));
        delivered.add(number);
        while (delivered.size() > KEPT_DELIVERED) {
            long oldest = delivered.first();
            delivered.remove(oldest);
            Files.deleteIfExists(deliveredFile(oldest));
        }
    }

    /** Takes the windows that were put aside as not delivered; returns how many these are. */
    public synchronized int takeBack() throws IOException {
        int taken = 0;
        while (!delivered.isEmpty()) {
            long number = delivered.first();
            Files.move(deliveredFile(number), file(number));
            delivered.remove(number);
            stored.add(number);
            taken++;
        }
        return taken;
    }

    private Path file(long number) {
        return directory.resolve("%020d%s".formatted(number, SUFFIX));
    }

    private Path deliveredFile(long number) {
        return directory.resolve("%020d%s".formatted(number, DELIVERED_SUFFIX));
    }
}
