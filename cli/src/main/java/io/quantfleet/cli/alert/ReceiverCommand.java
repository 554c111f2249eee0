package io.quantfleet.cli.alert;

import com.fasterxml.jackson.databind.JsonNode;
import io.quantfleet.cli.client.ControlPlaneArguments;
import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.cli.terminal.InputFile;
import io.quantfleet.cli.terminal.OutputArguments;
import io.quantfleet.cli.terminal.Table;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quantfleet alert receiver}: who is told of alerts. */
@Command(
        name = "receiver",
        description = "Makes, lists and deletes those who are told of alerts.",
        synopsisSubcommandLabel = "COMMAND",
        sortOptions = false)
final class ReceiverCommand implements Runnable {
    private static final String RECEIVERS = "alert-receivers";

    /** What a receiver understands. */
    enum Kind {
        WEBHOOK,
        ALERTMANAGER
    }

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "say what to do: list, set or delete");
    }

    @Command(name = "list", description = "Lists receivers, without their secrets.", sortOptions = false)
    int list(@Mixin OutputArguments output, @Mixin ControlPlaneArguments controlPlane) {
        JsonNode receivers = controlPlane.client().read(RECEIVERS);
        output.print(
                spec.commandLine().getOut(), receivers, () -> table(receivers).lines());
        return CommandLine.ExitCode.OK;
    }

    @Command(
            name = "set",
            description = {
                "Makes a receiver, or replaces it with its secret.",
                "A webhook takes a POST for each alert that fires or is resolved, signed where there is a secret; an"
                        + " Alertmanager is told by its API v2.",
                ""
            },
            sortOptions = false,
            footerHeading = "%nExample:%n",
            footer = "  quantfleet alert receiver set pager --kind webhook --url https://pager.example/hook \\\n"
                    + "      --secret-file secret.txt")
    int set(
            @Parameters(paramLabel = "NAME", description = "The receiver.") String name,
            @Option(names = "--kind", required = true, paramLabel = "KIND", description = "webhook or alertmanager.")
                    Kind kind,
            @Option(
                            names = "--url",
                            required = true,
                            paramLabel = "URL",
                            description = "Of the webhook, or where the Alertmanager is, without its API's path.")
                    URI url,
            @Option(
                            names = "--secret-file",
                            paramLabel = "FILE",
                            description = "Holds the secret that requests to a webhook are signed with; - reads it from"
                                    + " standard input. Without it they are not signed.")
                    @Nullable
                    Path secretFile,
            @Mixin OutputArguments output,
            @Mixin ControlPlaneArguments controlPlane) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("kind", kind.name());
        body.put("url", url.toString());
        if (secretFile != null) {
            body.put("secret", InputFile.secret(secretFile, "--secret-file"));
        }
        JsonNode receiver = controlPlane.client().put(path(name), body);
        output.print(spec.commandLine().getOut(), receiver, () -> table(List.of(receiver))
                .lines());
        return CommandLine.ExitCode.OK;
    }

    @Command(
            name = "delete",
            description = "Deletes a receiver; what it was still to be told is forgotten.",
            sortOptions = false)
    int delete(
            @Parameters(paramLabel = "NAME", description = "The receiver.") String name,
            @Mixin OutputArguments output,
            @Mixin ControlPlaneArguments controlPlane) {
        JsonNode unused = controlPlane.client().delete(path(name));
        output.print(
                spec.commandLine().getOut(),
                Map.of("name", name, "deleted", true),
                () -> List.of("  " + name + " is deleted"));
        return CommandLine.ExitCode.OK;
    }

    private static String path(String name) {
        return ControlPlaneClient.path(RECEIVERS, name);
    }

    private static Table table(Iterable<JsonNode> receivers) {
        Table table = new Table(
                Table.Column.text("RECEIVER"),
                Table.Column.text("KIND"),
                Table.Column.text("URL"),
                Table.Column.text("SIGNED"));
        receivers.forEach(receiver -> table.row(
                receiver.path("name").asText(),
                receiver.path("kind").asText(),
                receiver.path("url").asText(),
                receiver.path("signed").asBoolean() ? "yes" : "no"));
        return table;
    }
}
