package io.quantfleet.controlplane.model;

import java.util.regex.Pattern;

/** The rule for file names that artifacts keep: no folders, nothing that a file system takes for something else. */
final class FileNames {
    private static final Pattern PLAIN = Pattern.compile("(?!\\.{1,2}$)[^/\\\\\\x00-\\x1f]{1,200}");

    private FileNames() {}

    static boolean isPlain(String name) {
        return PLAIN.matcher(name).matches();
    }
}
