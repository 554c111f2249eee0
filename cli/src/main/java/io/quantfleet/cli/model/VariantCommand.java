package io.quantfleet.cli.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.quantfleet.cli.client.ControlPlaneArguments;
import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.cli.client.WatchArguments;
import io.quantfleet.cli.terminal.OutputArguments;
import io.quantfleet.cli.terminal.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quantfleet variant}: what becomes of a model version for each device class. */
@Command(
        name = "variant",
        description = "Shows what became of a model version for each device class, quantizes again, and cancels.",
        synopsisSubcommandLabel = "COMMAND",
        sortOptions = false)
public final class VariantCommand implements Runnable {
    private static final Set<String> UNDER_WAY = Set.of("QUEUED", "RUNNING");
    private static final double KIBI = 1024;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "say what to do: list, quantize or cancel");
    }

    @Command(
            name = "list",
            description = {
                "Lists the variants of a model version, with why those that are REJECTED or FAILED are.",
                "With --watch until no job is under way.",
                ""
            },
            sortOptions = false,
            footerHeading = "%nExample:%n",
            footer = "  quantfleet variant list glyphs 3 --watch")
    int list(
            @Parameters(paramLabel = "MODEL", description = "The model.") String model,
            @Parameters(paramLabel = "VERSION", description = "Its version.") int version,
            @Mixin OutputArguments output,
            @Mixin WatchArguments watch,
            @Mixin ControlPlaneArguments controlPlane) {
        CommandLine line = spec.commandLine();
        ControlPlaneClient client = controlPlane.client();
        watch.run(
                () -> client.read(path(model, version) + "/variants"),
                VariantCommand::isOver,
                variants -> output.print(line.getOut(), variants, () -> lines(variants)),
                line.getErr());
        return CommandLine.ExitCode.OK;
    }

    @Command(
            name = "quantize",
            description = "Has a version quantized again: another attempt for each class, with the options as before.",
            sortOptions = false)
    int quantize(
            @Parameters(paramLabel = "MODEL", description = "The model.") String model,
            @Parameters(paramLabel = "VERSION", description = "Its version.") int version,
            @Option(
                            names = "--device-class",
                            split = ",",
                            paramLabel = "CLASS",
                            description = "For which, separated by commas. Default: all.")
                    @Nullable
                    List<String> deviceClasses,
            @Mixin OutputArguments output,
            @Mixin ControlPlaneArguments controlPlane) {
        Map<String, Object> body = new LinkedHashMap<>();
        if (deviceClasses != null) {
            body.put("deviceClasses", deviceClasses);
        }
        JsonNode jobs = controlPlane.client().send(path(model, version) + "/jobs", body);
        output.print(spec.commandLine().getOut(), jobs, () -> lines(jobs));
        return CommandLine.ExitCode.OK;
    }

    @Command(name = "cancel", description = "Ends a quantization job that is queued or running.", sortOptions = false)
    int cancel(
            @Parameters(paramLabel = "JOB", description = "As 'model jobs' shows it.") String job,
            @Mixin OutputArguments output,
            @Mixin ControlPlaneArguments controlPlane) {
        JsonNode variant = controlPlane.client().send("jobs/" + ControlPlaneClient.encoded(job) + "/cancel", Map.of());
        output.print(spec.commandLine().getOut(), variant, () -> lines(List.of(variant)));
        return CommandLine.ExitCode.OK;
    }

    private static String path(String model, int version) {
        return "models/" + ControlPlaneClient.encoded(model) + "/versions/" + version;
    }

    private static boolean isOver(JsonNode variants) {
        return StreamSupport.stream(variants.spliterator(), false)
                .noneMatch(variant -> UNDER_WAY.contains(variant.path("state").asText()));
    }

    // What a job waits for, or how its training goes.
    private static Optional<String> underWay(JsonNode variant) {
        String state = variant.path("state").asText();
        if (state.equals("QUEUED") && variant.path("trains").asBoolean()) {
            return Optional.of(
                    "waits for a worker that can train and is free (docs/training.md says how to start one)");
        }
        JsonNode points = variant.path("training");
        if (!state.equals("RUNNING") || points.isEmpty()) {
            return Optional.empty();
        }
        JsonNode last = points.get(points.size() - 1);
        return Optional.of(String.format(
                Locale.ROOT,
                "training, epoch %d: loss %.4f, accuracy %.2f %% on held-out samples",
                last.path("epoch").asInt(),
                last.path("loss").asDouble(),
                100 * last.path("accuracy").asDouble()));
    }

    private static String figure(JsonNode value, String format, double times) {
        return value.isNumber() ? String.format(Locale.ROOT, format, value.asDouble() * times) : "-";
    }

    // Of language models, with by how much it rises.
    private static String perplexity(JsonNode perplexity) {
        JsonNode rise = perplexity.path("increasePercent");
        return figure(perplexity.path("variant"), "%.4f", 1) + (rise.isNumber() ? figure(rise, " (%+.2f %%)", 1) : "");
    }

    private static List<String> lines(Iterable<JsonNode> variants) {
        Table table = new Table(
                Table.Column.text("CLASS"),
                Table.Column.number("ATTEMPT"),
                Table.Column.text("STATE"),
                Table.Column.number("DONE %"),
                Table.Column.text("STEP"),
                Table.Column.number("KiB"),
                Table.Column.number("ACCURACY %"),
                Table.Column.number("PERPLEXITY"),
                Table.Column.text("SHA-256"),
                Table.Column.text("JOB"));
        List<String> why = new ArrayList<>();
        for (JsonNode variant : variants) {
            String sha256 = variant.path("sha256").asText("");
            table.row(
                    variant.path("deviceClass").asText(),
                    variant.path("attempt").asText(),
                    variant.path("state").asText(),
                    String.format(Locale.ROOT, "%.0f", variant.path("progress").asDouble() * 100),
                    Table.orDash(variant.path("step").asText("")),
                    variant.path("bytes").isNumber()
                            ? String.format(
                                    Locale.ROOT, "%.0f", variant.path("bytes").asDouble() / KIBI)
                            : "-",
                    figure(variant.at("/report/accuracy/variant"), "%.2f", 100),
                    perplexity(variant.at("/report/accuracy/perplexity")),
                    Table.orDash(sha256.substring(0, Math.min(12, sha256.length()))),
                    variant.path("jobId").asText());
            underWay(variant)
                    .ifPresent(
                            what -> why.add("  " + variant.path("deviceClass").asText() + ": " + what));
            variant.path("reasons")
                    .forEach(
                            reason -> why.add("  " + variant.path("deviceClass").asText() + ": " + reason.asText()));
        }
        List<String> lines = new ArrayList<>(table.lines());
        lines.addAll(why);
        return lines;
    }
}
