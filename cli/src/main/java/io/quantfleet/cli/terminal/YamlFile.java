package io.quantfleet.cli.terminal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.quantfleet.cli.CliException;
import java.nio.file.Path;

/** A file of one object, in JSON or YAML. */
public final class YamlFile {
    private static final YAMLMapper YAML = new YAMLMapper();

    private YamlFile() {}

    /**
     * The object in the file; {@code -} is standard input.
     *
     * @param what it is to be, for messages
     */
    public static JsonNode readObject(Path file, String what) {
        return object(InputFile.text(file), file, what);
    }

    /** The object in a text that was read from the file. */
    public static JsonNode object(String text, Path file, String what) {
        try {
            JsonNode read = YAML.readTree(text);
            if (read == null || !read.isObject()) {
                throw new CliException(file + " does not hold " + what);
            }
            return read;
        } catch (JsonProcessingException e) {
            throw new CliException(file + " is neither JSON nor YAML: " + e.getOriginalMessage(), e);
        }
    }
}
