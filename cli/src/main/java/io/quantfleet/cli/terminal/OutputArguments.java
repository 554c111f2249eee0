package io.quantfleet.cli.terminal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.PrintWriter;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** The option that says for whom a command prints. */
public final class OutputArguments {
    /** For people, or for programs. */
    public enum Format {
        TABLE,
        JSON
    }

    @Option(
            names = {"-o", "--output"},
            defaultValue = "table",
            paramLabel = "FORMAT",
            description = "table for people, json for programs. Default: ${DEFAULT-VALUE}")
    private Format format = Format.TABLE;

    /** Prints {@code value} as JSON, or the lines for people. */
    public void print(PrintWriter out, Object value, Supplier<List<String>> lines) {
        if (format == Format.JSON) {
            out.println(json(value));
        } else {
            lines.get().forEach(out::println);
        }
        out.flush();
    }

    private static String json(Object value) {
        try {
            return JsonMapper.builder().build().writerWithDefaultPrettyPrinter().writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what came as JSON can be written as JSON", e);
        }
    }
}
