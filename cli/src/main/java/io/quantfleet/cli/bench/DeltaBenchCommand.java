package io.quantfleet.cli.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.quantfleet.cli.CliException;
import io.quantfleet.cli.terminal.Progress;
import io.quantfleet.cli.terminal.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code quantfleet bench delta}: what updates of a variant cost the network. */
@Command(
        name = "delta",
        description = {
            "Measures what a device that serves a variant fetches of the next one, for typical changes.",
            "",
            "The model is made up: int8 weights, scales and biases of twenty layers. fullBytes is its size after the"
                    + " change; deltaBytes what is fetched: the delta, or the chunks that changed where they are fewer"
                    + " bytes. Each delta is applied and compared.",
            ""
        },
        sortOptions = false)
final class DeltaBenchCommand implements Callable<Integer> {
    private static final double PERCENT = 100;
    private static final int LEAST_BYTES = 20_000;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures to this file, too.")
    private @Nullable Path json;

    @Option(
            names = "--model-bytes",
            defaultValue = "4194304",
            paramLabel = "N",
            description = "About the size of the model. Default: ${DEFAULT-VALUE}")
    private int modelBytes;

    @Option(
            names = "--seed",
            defaultValue = "1",
            paramLabel = "N",
            description = "Of the made-up weights. Default: ${DEFAULT-VALUE}")
    private long seed;

    @Override
    public Integer call() {
        if (modelBytes < LEAST_BYTES) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "--model-bytes must be at least " + LEAST_BYTES);
        }
        List<DeltaBench.Row> rows = measure();
        Table table = new Table(
                Table.Column.text("change"),
                Table.Column.number("full bytes"),
                Table.Column.number("delta bytes"),
                Table.Column.number("%"),
                Table.Column.number("changed chunks"),
                Table.Column.text("method"));
        rows.forEach(row -> table.row(
                row.change(),
                Long.toString(row.fullBytes()),
                Long.toString(row.deltaBytes()),
                String.format(Locale.ROOT, "%.2f", PERCENT * row.deltaBytes() / row.fullBytes()),
                Long.toString(row.chunkBytes()),
                row.method()));
        table.lines().forEach(spec.commandLine().getOut()::println);
        spec.commandLine().getOut().flush();
        write(rows);
        return CommandLine.ExitCode.OK;
    }

    private List<DeltaBench.Row> measure() {
        List<DeltaBench.Row> rows = new ArrayList<>();
        try (Progress progress = Progress.onStandardError()) {
            Path directory = Files.createTempDirectory("quantfleet-bench-");
            try {
                DeltaBench bench = new DeltaBench(directory, modelBytes, seed);
                for (Map.Entry<String, SyntheticModel> change : bench.changes().entrySet()) {
                    Progress.Step step = progress.begin(change.getKey());
                    rows.add(bench.measure(change.getKey(), change.getValue()));
                    step.done("");
                }
            } finally {
                delete(directory);
            }
        } catch (IOException e) {
            throw new CliException("can't measure in a temporary directory: " + e.getMessage(), e);
        }
        return rows;
    }

    private static void delete(Path directory) throws IOException {
        for (String name : List.of("from.onnx", "to.onnx", "patch")) {
            Files.deleteIfExists(directory.resolve(name));
        }
        Files.deleteIfExists(directory);
    }

    private void write(List<DeltaBench.Row> rows) {
        if (json == null) {
            return;
        }
        try {
            JsonMapper.builder().build().writerWithDefaultPrettyPrinter().writeValue(json.toFile(), rows);
        } catch (IOException e) {
            throw new CliException("can't write --json " + json, e);
        }
    }
}
