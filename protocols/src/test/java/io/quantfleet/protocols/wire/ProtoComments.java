package io.quantfleet.protocols.wire;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The comments of our protobuf schemas, which descriptors do not have: those above messages and those behind fields. */
final class ProtoComments {
    private static final Pattern MESSAGE = Pattern.compile("\\s*message (\\w+) \\{.*");
    private static final Pattern FIELD = Pattern.compile("\\s*[\\w .<>,]+ (\\w+) = \\d+[^;]*;\\s*(?://\\s*(.*))?");
    private static final Pattern COMMENT = Pattern.compile("\\s*//\\s?(.*)");

    private final Map<String, String> comments = new HashMap<>();

    static ProtoComments read(Path folder) throws IOException {
        ProtoComments all = new ProtoComments();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".proto")).toList()) {
                all.read(Files.readString(file));
            }
        }
        return all;
    }

    private void read(String schema) {
        StringBuilder above = new StringBuilder();
        String message = "";
        for (String line : schema.split("\n", -1)) {
            Matcher comment = COMMENT.matcher(line);
            Matcher opened = MESSAGE.matcher(line);
            Matcher field = FIELD.matcher(line);
            if (comment.matches()) {
                above.append(above.isEmpty() ? "" : " ").append(comment.group(1).strip());
                continue;
            }
            if (opened.matches()) {
                message = opened.group(1);
                keep(message, above.toString());
            } else if (field.matches()) {
                String behind = Optional.ofNullable(field.group(2)).orElse("").strip();
                keep(message + "." + field.group(1), behind.isEmpty() ? above.toString() : behind);
            }
            above.setLength(0);
        }
    }

    private void keep(String name, String comment) {
        if (!comment.isBlank()) {
            comments.put(name, comment);
        }
    }

    Optional<String> ofMessage(String message) {
        return Optional.ofNullable(comments.get(message));
    }

    Optional<String> ofField(String message, String field) {
        return Optional.ofNullable(comments.get(message + "." + field));
    }
}
