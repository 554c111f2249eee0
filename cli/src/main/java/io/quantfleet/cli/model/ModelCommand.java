package io.quantfleet.cli.model;

import io.quantfleet.cli.client.ControlPlaneArguments;
import io.quantfleet.cli.client.FilterArguments;
import io.quantfleet.cli.terminal.OutputArguments;
import io.quantfleet.cli.terminal.Table;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
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
        throw new CommandLine.ParameterException(spec.commandLine(), "a command is missing: list or jobs");
    }

    @Command(
            name = "list",
            description = {"Lists models, by their names.", ""},
            sortOptions = false,
            footerHeading = "%nExample:%n",
            footer = "  quantfleet model list --filter 'name like res* and registered < 7d'")
    int list(@Mixin FilterArguments filter, @Mixin OutputArguments format, @Mixin ControlPlaneArguments controlPlane) {
        FilterArguments.Listing models = filter.list(controlPlane.client(), "models", Map.of());
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
        return print(format, models, table);
    }

    @Command(
            name = "jobs",
            description = {"Lists quantization jobs, newest first.", ""},
            sortOptions = false,
            footerHeading = "%nExample:%n",
            footer = "  quantfleet model jobs --filter 'state in (FAILED, REJECTED) and class = rpi-cpu'")
    int jobs(@Mixin FilterArguments filter, @Mixin OutputArguments format, @Mixin ControlPlaneArguments controlPlane) {
        FilterArguments.Listing jobs = filter.list(controlPlane.client(), "jobs", Map.of());
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
        return print(format, jobs, table);
    }

    private int print(OutputArguments format, FilterArguments.Listing listing, Table table) {
        format.print(spec.commandLine().getOut(), listing.items(), () -> listing.lines(table));
        return CommandLine.ExitCode.OK;
    }
}
