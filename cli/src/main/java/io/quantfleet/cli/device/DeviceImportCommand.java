package io.quantfleet.cli.device;

import com.fasterxml.jackson.databind.JsonNode;
import io.quantfleet.cli.CliException;
import io.quantfleet.cli.client.ControlPlaneArguments;
import io.quantfleet.cli.terminal.OutputArguments;
import io.quantfleet.cli.terminal.Table;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quantfleet device import}: exits with 1 if a line was not taken. */
@Command(
        name = "import",
        description = {
            "Registers the devices that a file lists, before they come: CSV with the columns id, class, fleet and"
                    + " label.KEY, or JSON lines (.jsonl, .ndjson) with id, class, fleet and labels.",
            "What is good is taken; every other line is reported, and makes the exit code 1.",
            ""
        },
        sortOptions = false)
final class DeviceImportCommand implements Callable<Integer> {
    private static final int SHOWN = 50;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "FILE", description = "A .csv, .jsonl or .ndjson file.")
    private Path file = Path.of("");

    @Option(names = "--fleet", paramLabel = "NAME", description = "The fleet of lines that name none.")
    private @Nullable String fleet;

    @Option(names = "--device-class", paramLabel = "NAME", description = "The class of lines that name none.")
    private @Nullable String deviceClass;

    @Option(names = "--update", description = "Change devices that are known to what the file says.")
    private boolean update;

    @Option(names = "--dry-run", description = "Only say what would be done.")
    private boolean dryRun;

    @Mixin
    private OutputArguments output = new OutputArguments();

    @Mixin
    private ControlPlaneArguments controlPlane = new ControlPlaneArguments();

    @Override
    public Integer call() {
        if (!Files.isRegularFile(file)) {
            throw new CliException("there is no file " + file);
        }
        JsonNode report = controlPlane.client().importDevices(file, mediaType(), query());
        output.print(spec.commandLine().getOut(), report, () -> lines(report));
        boolean whole =
                report.path("rejected").asLong() == 0 && report.path("complete").asBoolean();
        return whole ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private String mediaType() {
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".jsonl") || name.endsWith(".ndjson")) {
            return "application/x-ndjson";
        }
        if (name.endsWith(".csv")) {
            return "text/csv";
        }
        throw new CliException("can't tell by its name what " + file + " is; call it .csv, .jsonl or .ndjson");
    }

    private Map<String, String> query() {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("update", Boolean.toString(update));
        query.put("dryRun", Boolean.toString(dryRun));
        if (fleet != null) {
            query.put("fleet", fleet);
        }
        if (deviceClass != null) {
            query.put("deviceClass", deviceClass);
        }
        return query;
    }

    private static List<String> lines(JsonNode report) {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "  %s%d lines: %d registered, %d updated, %d unchanged, %d rejected",
                report.path("dryRun").asBoolean() ? "Dry run. " : "",
                report.path("lines").asLong(),
                report.path("registered").asLong(),
                report.path("updated").asLong(),
                report.path("unchanged").asLong(),
                report.path("rejected").asLong()));
        if (!report.path("complete").asBoolean()) {
            lines.add("  The file is longer than one import may be; put the rest into another.");
        }
        JsonNode errors = report.path("errors");
        if (!errors.isEmpty()) {
            lines.add("");
            lines.addAll(table(errors).lines());
            if (report.path("rejected").asLong() > SHOWN) {
                lines.add("  The first " + SHOWN + " of them; -o json has more.");
            }
        }
        return lines;
    }

    private static Table table(JsonNode errors) {
        Table table = new Table(
                Table.Column.number("LINE"),
                Table.Column.text("COLUMN"),
                Table.Column.text("DEVICE"),
                Table.Column.text("REASON"));
        StreamSupport.stream(errors.spliterator(), false)
                .limit(SHOWN)
                .forEach(error -> table.row(
                        error.path("line").asText(),
                        Table.orDash(error.path("column").asText()),
                        Table.orDash(error.path("deviceId").asText()),
                        error.path("reason").asText()));
        return table;
    }
}
