package io.quantfleet.protocols.manifest;

import java.math.BigInteger;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A version such as {@code 1.10.2} or {@code 0.2.0-SNAPSHOT}, ordered as Semantic Versioning orders its numbers (section
 * 11); a version with a suffix after '-' comes before the same one without. The empty text is before every version.
 */
public record AgentVersion(List<BigInteger> numbers, String suffix) implements Comparable<AgentVersion> {
    private static final Pattern VERSION = Pattern.compile("(\\d+(?:\\.\\d+)*)(?:-([0-9A-Za-z.-]+))?");

    public AgentVersion {
        numbers = List.copyOf(numbers);
    }

    /**
     * Reads a version.
     *
     * @throws IllegalArgumentException if the text is neither empty nor a version
     */
    public static AgentVersion parse(String text) {
        if (text.isEmpty()) {
            return new AgentVersion(List.of(), "");
        }
        Matcher matcher = VERSION.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a version: '" + text + "'; expected one like 1.4.0");
        }
        List<BigInteger> numbers =
                Stream.of(matcher.group(1).split("\\.")).map(BigInteger::new).toList();
        return new AgentVersion(numbers, matcher.group(2) == null ? "" : matcher.group(2));
    }

    @Override
    public int compareTo(AgentVersion other) {
        int length = Math.max(numbers.size(), other.numbers.size());
        for (int i = 0; i < length; i++) {
            int order = number(i).compareTo(other.number(i));
            if (order != 0) {
                return order;
            }
        }
        if (suffix.isEmpty() || other.suffix.isEmpty()) {
            return Boolean.compare(suffix.isEmpty(), other.suffix.isEmpty());
        }
        return suffix.compareTo(other.suffix);
    }

    private BigInteger number(int index) {
        return index < numbers.size() ? numbers.get(index) : BigInteger.ZERO;
    }
}
