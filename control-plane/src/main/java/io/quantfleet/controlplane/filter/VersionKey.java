package io.quantfleet.controlplane.filter;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Versions as texts that sort as versions do: up to four numbers, missing ones being zero, a pre-release before its
 * release, numbers within pre-releases by value. The database's function {@code version_key} makes the same texts.
 */
final class VersionKey {
    private static final Pattern VERSION =
            Pattern.compile("[vV]?([0-9]{1,9})(?:\\.([0-9]{1,9}))?(?:\\.([0-9]{1,9}))?(?:\\.([0-9]{1,9}))?"
                    + "(?:-([0-9A-Za-z.-]{1,64}))?(?:\\+[0-9A-Za-z.-]{0,64})?");
    private static final Pattern DIGITS = Pattern.compile("[0-9]+");
    private static final int WIDTH = 9;
    private static final int NUMBERS = 4;

    private VersionKey() {}

    /** The key; empty for what is no version. */
    static Optional<String> of(String version) {
        Matcher matcher = VERSION.matcher(version);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        StringBuilder key = new StringBuilder();
        for (int i = 1; i <= NUMBERS; i++) {
            key.append(i == 1 ? "" : ".")
                    .append(padded(Optional.ofNullable(matcher.group(i)).orElse("0")));
        }
        Optional<String> preRelease = Optional.ofNullable(matcher.group(NUMBERS + 1));
        if (preRelease.filter(text -> text.matches(".*[0-9]{10}.*")).isPresent()) {
            return Optional.empty();
        }
        key.append(preRelease
                .map(text -> "-" + DIGITS.matcher(text).replaceAll(run -> padded(run.group())))
                .orElse("~"));
        return Optional.of(key.toString());
    }

    private static String padded(String digits) {
        return "0".repeat(WIDTH - digits.length()) + digits;
    }
}
