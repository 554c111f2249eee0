package io.quantfleet.cli.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.quantfleet.cli.CliException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** Figures on their way to the user. */
final class BenchReport {
    private BenchReport() {}

    /** Prints the report, and writes it to the file if one is given. */
    static void write(JsonNode report, CommandSpec spec, @Nullable Path json) {
        try {
            String text = JsonMapper.builder()
                    .build()
                    .writerWithDefaultPrettyPrinter()
                    .writeValueAsString(report);
            spec.commandLine().getOut().println(text);
            spec.commandLine().getOut().flush();
            if (json != null) {
                Files.writeString(json, text + System.lineSeparator());
            }
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("figures that can't be written as JSON", e);
        } catch (IOException e) {
            throw new CliException("can't write --json " + json, e);
        }
    }
}
