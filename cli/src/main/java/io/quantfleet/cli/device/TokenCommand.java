package io.quantfleet.cli.device;

import com.fasterxml.jackson.databind.JsonNode;
import io.quantfleet.cli.CliException;
import io.quantfleet.cli.client.ControlPlaneArguments;
import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.cli.client.FilterArguments;
import io.quantfleet.cli.terminal.OutputArguments;
import io.quantfleet.cli.terminal.Table;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quantfleet device token}: what devices enrol with. */
@Command(
        name = "token",
        description = "Makes, lists and revokes the tokens with which devices enrol.",
        synopsisSubcommandLabel = "COMMAND")
final class TokenCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "say what to do: create, list or revoke");
    }

    @Command(
            name = "create",
            description = "Makes a token. The secret is shown this once; only its hash is kept.",
            sortOptions = false)
    int create(
            @Option(names = "--fleet", required = true, paramLabel = "NAME", description = "The fleet to join.")
                    String fleet,
            @Option(
                            names = "--device-class",
                            required = true,
                            paramLabel = "NAME",
                            description = "The class of the devices.")
                    String deviceClass,
            @Option(
                            names = "--uses",
                            defaultValue = "1",
                            paramLabel = "N",
                            description = "How many devices may enrol with it. Default: ${DEFAULT-VALUE}")
                    int uses,
            @Option(
                            names = "--valid-for",
                            defaultValue = "1d",
                            paramLabel = "TIME",
                            description = "How long, as 2h or 7d. Default: ${DEFAULT-VALUE}")
                    String validFor,
            @Option(names = "--readmits", description = "Let devices that were decommissioned come back with it.")
                    boolean readmits,
            @Mixin OutputArguments output,
            @Mixin ControlPlaneArguments controlPlane) {
        JsonNode made = controlPlane
                .client()
                .send(
                        "enrolment-tokens",
                        Map.of(
                                "fleet", fleet,
                                "deviceClass", deviceClass,
                                "uses", uses,
                                "ttlSeconds", duration(validFor).toSeconds(),
                                "readmits", readmits));
        output.print(
                spec.commandLine().getOut(),
                made,
                () -> List.of(made.path("token").asText()));
        return CommandLine.ExitCode.OK;
    }

    @Command(name = "list", description = "Lists tokens, without their secrets.", sortOptions = false)
    int list(
            @Option(names = "--all", description = "Also those that are used up, expired or revoked.") boolean all,
            @Mixin OutputArguments output,
            @Mixin ControlPlaneArguments controlPlane) {
        FilterArguments.Listing tokens = controlPlane
                .client()
                .list("enrolment-tokens", Map.of("all", Boolean.toString(all)), "", Integer.MAX_VALUE);
        output.print(
                spec.commandLine().getOut(), tokens.items(), () -> table(tokens).lines());
        return CommandLine.ExitCode.OK;
    }

    @Command(
            name = "revoke",
            description = "Revokes a token. Devices that enrolled with it stay enrolled.",
            sortOptions = false)
    int revoke(
            @Parameters(paramLabel = "ID", description = "As 'token list' shows it.") String id,
            @Mixin OutputArguments output,
            @Mixin ControlPlaneArguments controlPlane) {
        JsonNode token = controlPlane.client().delete("enrolment-tokens/" + ControlPlaneClient.encoded(id));
        output.print(spec.commandLine().getOut(), token, () -> List.of("  " + id + " is revoked"));
        return CommandLine.ExitCode.OK;
    }

    private static Table table(FilterArguments.Listing tokens) {
        Table table = new Table(
                Table.Column.text("ID"),
                Table.Column.text("FLEET"),
                Table.Column.text("CLASS"),
                Table.Column.number("USES LEFT"),
                Table.Column.text("READMITS"),
                Table.Column.text("EXPIRES"),
                Table.Column.text("REVOKED"));
        tokens.items()
                .forEach(token -> table.row(
                        token.path("id").asText(),
                        token.path("fleet").asText(),
                        token.path("deviceClass").asText(),
                        token.path("usesLeft").asText() + " of "
                                + token.path("uses").asText(),
                        token.path("readmits").asBoolean() ? "yes" : "no",
                        token.path("expiresAt").asText(),
                        Table.orDash(token.path("revokedAt").asText())));
        return table;
    }

    private static Duration duration(String text) {
        String upper = text.toUpperCase(Locale.ROOT);
        try {
            return Duration.parse(upper.endsWith("D") ? "P" + upper : "PT" + upper);
        } catch (DateTimeParseException e) {
            throw new CliException("--valid-for is a time as 30m, 2h or 7d, not '" + text + "'", e);
        }
    }
}
