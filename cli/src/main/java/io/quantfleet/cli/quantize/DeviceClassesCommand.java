package io.quantfleet.cli.quantize;

import io.quantfleet.cli.terminal.Table;
import io.quantfleet.cli.terminal.Table.Column;
import io.quantfleet.protocols.profile.ShippedProfiles;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import io.quantfleet.quantizer.target.Form;
import io.quantfleet.quantizer.target.ProfileReader;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quantfleet device-classes}: lists the profiles that come with the product, or prints one to copy. */
@Command(
        name = "device-classes",
        description = {
            "Lists the profiles of device classes that come with Quantfleet, or prints one of them as YAML.",
            "",
            "Every control plane starts with those marked 'registered'; the others are templates. To make a class of your"
                    + " own, save one, change its name and what else differs, and give the file to quantize"
                    + " --device-class or register it with the control plane.",
            ""
        },
        sortOptions = false,
        footerHeading = "%nExample:%n",
        footer = "  quantfleet device-classes x86-vnni > build-server.yaml")
public final class DeviceClassesCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "The class to print. Default: list all.")
    private @Nullable String name;

    @Override
    public Integer call() {
        PrintWriter screen = spec.commandLine().getOut();
        Optional.ofNullable(name).ifPresentOrElse(wanted -> screen.print(text(wanted)), () -> list(screen));
        screen.flush();
        return CommandLine.ExitCode.OK;
    }

    private String text(String wanted) {
        return ShippedProfiles.text(wanted)
                .orElseThrow(() -> new CommandLine.ParameterException(
                        spec.commandLine(),
                        "no profile '" + wanted + "' comes with Quantfleet; there are "
                                + String.join(", ", ShippedProfiles.names())));
    }

    private static void list(PrintWriter screen) {
        ProfileReader reader = new ProfileReader();
        Table table = new Table(
                Column.text("NAME"),
                Column.text("TITLE"),
                Column.text("RUNTIME"),
                Column.text("FORMS"),
                Column.text(""));
        for (String each : ShippedProfiles.names()) {
            DeviceClassProfile profile = reader.builtIn(each);
            table.row(
                    each,
                    profile.title(),
                    profile.runtime(),
                    profile.forms().stream().map(Form::label).collect(Collectors.joining(", ")),
                    ShippedProfiles.registered().contains(each) ? "registered" : "template");
        }
        table.lines().forEach(screen::println);
    }
}
