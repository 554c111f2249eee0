package io.quantfleet.agent.app;

import io.quantfleet.agent.serve.ExecutionProvider;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads durations and rates as people write them. */
final class Texts {
    private static final Pattern DURATION = Pattern.compile("(\\d+)(ms|s|m|h|d)");
    private static final Pattern RATE = Pattern.compile("(\\d+(?:\\.\\d+)?)/(s|m|h)");

    private static final Pattern BYTES = Pattern.compile("(\\d{1,6})(KiB|MiB)");
    private static final int LARGEST_PORT = 65_535;
    private static final long LARGEST_BYTES = 1L << 30;

    private Texts() {}

    /**
     * Empty for {@code auto}.
     *
     * @throws IllegalArgumentException unless the text is that, or names of execution providers with commas between
     */
    static List<ExecutionProvider> executionProviders(String text) {
        if (text.equals("auto")) {
            return List.of();
        }
        return Stream.of(text.split(",", -1))
                .map(String::strip)
                .map(name -> ExecutionProvider.of(name)
                        .orElseThrow(() -> new IllegalArgumentException("there is no execution provider '" + name
                                + "'; expected auto, or some of " + String.join(", ", ExecutionProvider.codes()))))
                .toList();
    }

    /** @throws IllegalArgumentException unless the text is a port's number, or 0 */
    static int port(String text) {
        if (!text.matches("\\d{1,5}") || Integer.parseInt(text) > LARGEST_PORT) {
            throw new IllegalArgumentException("expected a port, 1 to 65535, or 0 for any that is free");
        }
        return Integer.parseInt(text);
    }

    /** @throws IllegalArgumentException unless the text is a size from 1 KiB to 1 GiB, as {@code 512KiB} or {@code 8MiB} */
    static long bytes(String text) {
        Matcher matcher = BYTES.matcher(text);
        long bytes = matcher.matches()
                ? Long.parseLong(matcher.group(1)) << (matcher.group(2).equals("KiB") ? 10 : 20)
                : 0;
        if (bytes == 0 || bytes > LARGEST_BYTES) {
            throw new IllegalArgumentException("expected a size such as 512KiB or 8MiB, at most 1024MiB");
        }
        return bytes;
    }

    /** @throws IllegalArgumentException unless the text is a rate of bytes, as {@code 200KiB/s} or {@code 1MiB/s} */
    static long bytesPerSecond(String text) {
        if (!text.endsWith("/s")) {
            throw new IllegalArgumentException("expected a rate such as 200KiB/s or 1MiB/s");
        }
        return bytes(text.substring(0, text.length() - "/s".length()));
    }

    /** @throws IllegalArgumentException unless the text is a positive number with a unit, as {@code 500ms} or {@code 5m} */
    static Duration duration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches() || Long.parseLong(matcher.group(1)) == 0) {
            throw new IllegalArgumentException("expected a positive duration such as 500ms, 60s, 5m or 1h");
        }
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
    }

    /**
     * The time from one event to the next at a rate.
     *
     * @throws IllegalArgumentException unless the text is a rate, as {@code 2/s} or {@code 30/m}
     */
    static Duration periodOfRate(String text) {
        Matcher matcher = RATE.matcher(text);
        if (!matcher.matches() || Double.parseDouble(matcher.group(1)) <= 0) {
            throw new IllegalArgumentException("expected a positive rate such as 2/s, 0.5/s or 30/m");
        }
        Duration unit = duration("1" + matcher.group(2));
        return Duration.ofNanos((long) (unit.toNanos() / Double.parseDouble(matcher.group(1))));
    }
}
