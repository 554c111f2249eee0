package io.quantfleet.controlplane;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The lines that the values of a YAML document begin on. */
final class YamlLines {
    private final Map<String, Integer> lines = new HashMap<>();

    private YamlLines() {}

    /** @param document that parses */
    static YamlLines of(YAMLMapper yaml, String document) {
        YamlLines lines = new YamlLines();
        try (JsonParser parser = yaml.createParser(document)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                String pointer = parser.getParsingContext().pathAsPointer().toString();
                lines.lines.putIfAbsent(pointer, parser.currentTokenLocation().getLineNr());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return lines;
    }

    /**
     * The line of a place, or of what is around it.
     *
     * @param pointer a JSON pointer
     * @param member of the object there that it is about, if there is one
     */
    int of(String pointer, @Nullable String member) {
        Integer line = member == null ? null : lines.get(pointer + "/" + member);
        String around = pointer;
        while (line == null) {
            line = lines.get(around);
            if (around.isEmpty()) {
                break;
            }
            around = around.substring(0, Math.max(0, around.lastIndexOf('/')));
        }
        return line == null ? 1 : line;
    }
}
