package io.quantfleet.controlplane.filter;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What values a field has: how they are written, and which operators make sense for them.
 *
 * @param <V> the value, as it is compared and bound
 */
public interface ValueType<V extends Comparable<V>> {
    Set<Operator> operators();

    /** Reads a value; empty if it is none. */
    Optional<V> read(String text, Instant now);

    /** For messages: "a whole number". */
    String what();

    /** The operator to compare by, given the one that was written. */
    default Operator actual(Operator written) {
        return written;
    }

    /** Any text: equal, in, like. */
    static ValueType<String> text() {
        return simple(union(Operator.EQUALITY, Operator.LIKE), "a text", (text, now) -> Optional.of(text));
    }

    /** One of some words, in capitals or not. */
    static ValueType<String> oneOf(Collection<String> words) {
        List<String> allowed = List.copyOf(new TreeSet<>(words));
        return simple(Operator.EQUALITY, "one of " + String.join(", ", allowed), (text, now) -> Optional.of(
                        text.toUpperCase(Locale.ROOT))
                .filter(allowed::contains));
    }

    /** {@code true} or {@code false}. */
    static ValueType<Boolean> flag() {
        return simple(Operator.EQUALITY, "true or false", (text, now) -> Optional.of(text.toLowerCase(Locale.ROOT))
                .filter(word -> word.equals("true") || word.equals("false"))
                .map(Boolean::valueOf));
    }

    /** A whole number from 0. */
    static ValueType<Integer> whole() {
        return simple(union(Operator.EQUALITY, Operator.ORDER), "a whole number", (text, now) -> Optional.of(text)
                .filter(digits -> digits.matches("[0-9]{1,9}"))
                .map(Integer::valueOf));
    }

    /** A version, held as its {@link VersionKey}. */
    static ValueType<String> version() {
        return simple(
                union(Operator.EQUALITY, Operator.ORDER),
                "a version, as 1.2 or 1.2.0-rc.1",
                (text, now) -> VersionKey.of(text));
    }

    /** How long something is ago, written as 90s, 15m, 1h, 7d or 2w; held as the instant that it was. */
    static ValueType<Instant> age() {
        return new Age();
    }

    /** See {@link #age()}. */
    final class Age implements ValueType<Instant> {
        private static final Pattern WRITTEN = Pattern.compile("([0-9]{1,7})([smhdw])");
        private static final int DAYS_OF_A_WEEK = 7;

        @Override
        public Set<Operator> operators() {
            return Operator.ORDER;
        }

        @Override
        public Optional<Instant> read(String text, Instant now) {
            Matcher matcher = WRITTEN.matcher(text);
            if (!matcher.matches()) {
                return Optional.empty();
            }
            long count = Long.parseLong(matcher.group(1));
            Duration age =
                    switch (matcher.group(2)) {
                        case "s" -> Duration.ofSeconds(count);
                        case "m" -> Duration.ofMinutes(count);
                        case "h" -> Duration.ofHours(count);
                        case "d" -> Duration.ofDays(count);
                        default -> Duration.ofDays(count * DAYS_OF_A_WEEK);
                    };
            return Optional.of(now.minus(age));
        }

        @Override
        public String what() {
            return "a duration: 90s, 15m, 1h, 7d or 2w";
        }

        // The older, the smaller the instant.
        @Override
        public Operator actual(Operator written) {
            return written.reversed();
        }
    }

    private static Set<Operator> union(Set<Operator> some, Set<Operator> others) {
        Set<Operator> all = EnumSet.copyOf(some);
        all.addAll(others);
        return all;
    }

    private static Set<Operator> union(Set<Operator> some, Operator other) {
        return union(some, Set.of(other));
    }

    /** How a text is read. */
    interface Reading<V> {
        Optional<V> read(String text, Instant now);
    }

    private static <V extends Comparable<V>> ValueType<V> simple(
            Set<Operator> operators, String what, Reading<V> reading) {
        return new Simple<>(operators, what, reading);
    }

    /** A type that is no more than its parts. */
    record Simple<V extends Comparable<V>>(Set<Operator> operators, String what, Reading<V> reading)
            implements ValueType<V> {
        @Override
        public Optional<V> read(String text, Instant now) {
            return reading.read(text, now);
        }
    }
}
