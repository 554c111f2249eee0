package io.quantfleet.cli.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.quantfleet.cli.client.ControlPlaneArguments;
import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.cli.client.FilterArguments;
import io.quantfleet.cli.client.WatchArguments;
import io.quantfleet.cli.terminal.OutputArguments;
import io.quantfleet.cli.terminal.Table;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quantfleet model}. */
@Command(
        name = "model",
        description = "Lists models and the jobs that quantize them; quantfleet register registers one.",
        sortOptions = false)
public final class ModelCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "a command is missing: list, show or jobs");
    }

    @Command(
            name = "list",
            description = {"Lists models, by their names.", ""},
            sortOptions = false,
            footerHeading = "%nExample:%n",
            footer = "  quantfleet model list --filter 'name like res* and registered < 7d'")
    int list(
            @Mixin FilterArguments filter,
            @Mixin OutputArguments format,
            @Mixin WatchArguments watch,
            @Mixin ControlPlaneArguments controlPlane) {
        return print(filter, "models", ModelCommand::models, format, watch, controlPlane);
    }

    private static Table models(FilterArguments.Listing models) {
        Table table = new Table(
                Table.Column.text("MODEL"),
                Table.Column.number("VERSIONS"),
                Table.Column.number("LATEST"),
                Table.Column.text("REGISTERED"));
        models.items()
                .forEach(model -> table.row(
                        model.path("name").asText(),
                        model.path("versions").asText(),
                        model.path("latestVersion").asText(),
                        model.path("registeredAt").asText()));
        return table;
    }

    @Command(name = "show", description = "Lists the versions of a model, newest first.", sortOptions = false)
    int show(
            @Parameters(paramLabel = "MODEL", description = "The model.") String name,
            @Mixin OutputArguments format,
            @Mixin WatchArguments watch,
            @Mixin ControlPlaneArguments controlPlane) {
        CommandLine line = spec.commandLine();
        ControlPlaneClient client = controlPlane.client();
        watch.run(
                () -> client.read("models/" + ControlPlaneClient.encoded(name)),
                versions -> format.print(
                        line.getOut(), versions, () -> versions(versions).lines()),
                line.getErr());
        return CommandLine.ExitCode.OK;
    }

    private static Table versions(JsonNode versions) {
        Table table = new Table(
                Table.Column.number("VERSION"),
                Table.Column.number("FP32 KiB"),
                Table.Column.text("VARIANTS"),
                Table.Column.text("REGISTERED"));
        versions.forEach(version -> table.row(
                version.path("version").asText(),
                Long.toString(version.path("onnxBytes").asLong() / 1024),
                StreamSupport.stream(version.path("variants").spliterator(), false)
                        .map(variant -> variant.path("deviceClass").asText() + " "
                                + variant.path("state").asText())
                        .collect(Collectors.joining(", ")),
                version.path("registeredAt").asText()));
        return table;
    }

    @Command(
            name = "jobs",
            description = {"Lists quantization jobs, newest first.", ""},
            sortOptions = false,
            footerHeading = "%nExample:%n",
            footer = "  quantfleet model jobs --filter 'state in (FAILED, REJECTED) and class = rpi-cpu'")
    int jobs(
            @Mixin FilterArguments filter,
            @Mixin OutputArguments format,
            @Mixin WatchArguments watch,
            @Mixin ControlPlaneArguments controlPlane) {
        return print(filter, "jobs", ModelCommand::jobs, format, watch, controlPlane);
    }

    private static Table jobs(FilterArguments.Listing jobs) {
        Table table = new Table(
                Table.Column.text("JOB"),
                Table.Column.text("MODEL"),
                Table.Column.text("CLASS"),
                Table.Column.number("ATTEMPT"),
                Table.Column.text("STATE"),
                Table.Column.text("STEP"),
                Table.Column.text("WORKER"),
                Table.Column.text("QUEUED"));
        jobs.items()
                .forEach(job -> table.row(
                        job.path("jobId").asText(),
                        job.path("model").asText() + " v" + job.path("version").asText(),
                        job.path("deviceClass").asText(),
                        job.path("attempt").asText(),
                        job.path("state").asText(),
                        Table.orDash(job.path("step").asText("")),
                        Table.orDash(job.path("worker").asText("")),
                        job.path("queuedAt").asText()));
        return table;
    }

    private int print(
            FilterArguments filter,
            String path,
            Function<FilterArguments.Listing, Table> table,
            OutputArguments format,
            WatchArguments watch,
            ControlPlaneArguments controlPlane) {
        CommandLine line = spec.commandLine();
        ControlPlaneClient client = controlPlane.client();
        watch.run(
                () -> filter.list(client, path, Map.of()),
                listing -> format.print(line.getOut(), listing.items(), () -> listing.lines(table.apply(listing))),
                line.getErr());
        return CommandLine.ExitCode.OK;
    }
}
