package io.quantfleet.cli.device;

import com.fasterxml.jackson.databind.JsonNode;
import io.quantfleet.cli.client.ControlPlaneArguments;
import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.cli.terminal.InputFile;
import io.quantfleet.cli.terminal.OutputArguments;
import io.quantfleet.cli.terminal.Table;
import io.quantfleet.cli.terminal.YamlFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quantfleet device-class}: the classes that a control plane knows. */
@Command(
        name = "device-class",
        description = {
            "Lists, shows and defines the device classes of a control plane; 'device-classes' has the profiles that come with"
                    + " Quantfleet, to copy.",
            ""
        },
        synopsisSubcommandLabel = "COMMAND",
        sortOptions = false)
public final class DeviceClassCommand implements Runnable {
    private static final String CLASSES = "device-classes";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "say what to do: list, show or set");
    }

    @Command(name = "list", description = "Lists device classes.", sortOptions = false)
    int list(@Mixin OutputArguments output, @Mixin ControlPlaneArguments controlPlane) {
        JsonNode classes = controlPlane.client().read(CLASSES);
        output.print(spec.commandLine().getOut(), classes, () -> table(classes).lines());
        return CommandLine.ExitCode.OK;
    }

    @Command(name = "show", description = "Prints the profile of a device class.", sortOptions = false)
    int show(
            @Parameters(paramLabel = "NAME", description = "The class.") String name,
            @Mixin OutputArguments output,
            @Mixin ControlPlaneArguments controlPlane) {
        JsonNode found = controlPlane.client().read(path(name));
        output.print(
                spec.commandLine().getOut(),
                found,
                () -> found.path("profile").asText().lines().toList());
        return CommandLine.ExitCode.OK;
    }

    @Command(
            name = "set",
            description = {
                "Defines a device class by its profile, which names it, or changes the profile of one that nothing was made"
                        + " for yet.",
                ""
            },
            sortOptions = false,
            footerHeading = "%nExample:%n",
            footer = "  quantfleet device-class set -f shop-board.yaml")
    int set(
            @Option(
                            names = {"-f", "--filename"},
                            required = true,
                            paramLabel = "FILE",
                            description = "The profile, in YAML; - reads standard input.")
                    Path file,
            @Mixin OutputArguments output,
            @Mixin ControlPlaneArguments controlPlane) {
        String profile = InputFile.text(file);
        String name = YamlFile.object(profile, file, "a profile: an object with 'name'")
                .path("name")
                .asText();
        Map<String, Object> body = Map.of("profile", profile);
        ControlPlaneClient client = controlPlane.client();
        JsonNode made = client.find(path(name)).isPresent() ? client.put(path(name), body) : client.send(CLASSES, body);
        output.print(
                spec.commandLine().getOut(), made, () -> table(List.of(made)).lines());
        return CommandLine.ExitCode.OK;
    }

    private static String path(String name) {
        return ControlPlaneClient.path(CLASSES, name);
    }

    private static Table table(Iterable<JsonNode> classes) {
        Table table = new Table(Table.Column.text("CLASS"), Table.Column.text(""), Table.Column.text("CREATED"));
        classes.forEach(each -> table.row(
                each.path("name").asText(),
                each.path("builtIn").asBoolean() ? "comes with Quantfleet" : "",
                each.path("createdAt").asText()));
        return table;
    }
}
