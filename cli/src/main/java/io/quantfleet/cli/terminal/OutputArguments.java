package io.quantfleet.cli.terminal;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/**
 * The option that says for whom a command prints. Where a command prints more than once, as with {@code --watch}, the
 * values follow each other: JSON as it is, YAML as documents of one stream.
 */
public final class OutputArguments {
    private static final JsonInclude.Value ABSENT_LEFT_OUT =
            JsonInclude.Value.construct(JsonInclude.Include.NON_ABSENT, JsonInclude.Include.ALWAYS);
    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .defaultPropertyInclusion(ABSENT_LEFT_OUT)
            .build();
    private static final ObjectMapper YAML = YAMLMapper.builder()
            .addModule(new Jdk8Module())
            .defaultPropertyInclusion(ABSENT_LEFT_OUT)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
            .build();

    /** For people, or for programs. */
    public enum Format {
        TABLE,
        JSON,
        YAML;

        /** As it is written on the command line. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Option(
            names = {"-o", "--output"},
            defaultValue = "table",
            paramLabel = "FORMAT",
            description = "table for people, json or yaml for programs. Default: ${DEFAULT-VALUE}")
    private Format format = Format.TABLE;

    /** Prints {@code value} as JSON or YAML, or the lines for people. */
    public void print(PrintWriter out, Object value, Supplier<List<String>> lines) {
        switch (format) {
            case TABLE -> lines.get().forEach(out::println);
            case JSON -> out.println(written(JSON, value));
            case YAML -> out.print(written(YAML, value));
        }
        out.flush();
    }

    /** As {@link #print(PrintWriter, Object, Supplier)}, of a value that is written as JSON already. */
    public void printJson(PrintWriter out, String json, Supplier<List<String>> lines) {
        try {
            print(out, JSON.readTree(json), lines);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what we write as JSON can be read as JSON", e);
        }
    }

    private static String written(ObjectMapper mapper, Object value) {
        try {
            return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what came as JSON can be written as " + mapper.getFactory(), e);
        }
    }
}
