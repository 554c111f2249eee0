package io.quantfleet.cli.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** How an answer is printed. */
final class OutputOptions {
    /** What stands on the standard output. */
    enum Format {
        table,
        json
    }

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "table or json (default: ${DEFAULT-VALUE}).")
    private Format format = Format.table;

    /** Prints an answer, as it came or as a table for people. */
    void print(PrintWriter out, JsonNode answer, Function<JsonNode, List<String>> table) {
        if (format == Format.json) {
            out.println(answer.toPrettyString());
        } else {
            table.apply(answer).forEach(out::println);
        }
        out.flush();
    }
}
