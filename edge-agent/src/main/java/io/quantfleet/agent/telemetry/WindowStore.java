package io.quantfleet.agent.telemetry;

import io.quantfleet.agent.state.DurableFiles;
import io.quantfleet.protocols.v1.TelemetryWindow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Numbers windows and keeps them on disk until they are delivered. A number is used once in its series, over restarts and
 * crashes; where the count is lost, a new series begins. A window that was stored is delivered, unless the device is away
 * for so long that the oldest make room. Safe for use by several threads.
 */
public final class WindowStore {
    private static final Logger LOG = LoggerFactory.getLogger(WindowStore.class);
    private static final String SUFFIX = ".window";
    private static final String COUNT = "next";
    private static final int HEX = 16;
    private static final Pattern COUNTED = Pattern.compile("(?<next>\\d{1,18})( (?<series>[0-9a-f]{16}))?");

    private final Path directory;
    private final int capacity;
    private final TreeSet<Long> stored = new TreeSet<>();
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
        try (Stream<Path> files = Files.list(directory)) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(SUFFIX))
                    .forEach(name -> stored.add(Long.parseLong(name.substring(0, name.length() - SUFFIX.length()))));
        }
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
        this.next = stored.isEmpty() ? counter : Math.max(counter, stored.last() + 1);
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
            LOG.warn("dropping the oldest undelivered window windowNumber={} kept={}", stored.first(), capacity);
            delivered(stored.first());
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

    /** Forgets a window. */
    public synchronized void delivered(long number) throws IOException {
        stored.remove(number);
        Files.deleteIfExists(file(number));
    }

    private Path file(long number) {
        return directory.resolve("%020d%s".formatted(number, SUFFIX));
    }
}
