package io.quantfleet.cli.quantize;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.quantfleet.cli.terminal.OutputArguments;
import io.quantfleet.cli.terminal.Table;
import io.quantfleet.cli.terminal.Table.Column;
import io.quantfleet.protocols.profile.ShippedProfiles;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import io.quantfleet.quantizer.target.Form;
import io.quantfleet.quantizer.target.ProfileReader;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

    @Mixin
    private OutputArguments output = new OutputArguments();

    /** A profile that comes with the product, in short. */
    private record Shipped(String name, String title, String runtime, List<String> forms, boolean registered) {
        static Shipped of(String name) {
            DeviceClassProfile profile = new ProfileReader().builtIn(name);
            return new Shipped(
                    name,
                    profile.title(),
                    profile.runtime(),
                    profile.forms().stream().map(Form::label).toList(),
                    ShippedProfiles.registered().contains(name));
        }
    }

    @Override
    public Integer call() {
        PrintWriter screen = spec.commandLine().getOut();
        if (name == null) {
            List<Shipped> all =
                    ShippedProfiles.names().stream().map(Shipped::of).toList();
            output.print(screen, all, () -> table(all).lines());
        } else {
            String text = text(name);
            output.print(screen, read(text), () -> text.lines().toList());
        }
        return CommandLine.ExitCode.OK;
    }

    private static JsonNode read(String profile) {
        try {
            return new YAMLMapper().readTree(profile);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a profile that comes with the product is no YAML", e);
        }
    }

    private String text(String wanted) {
        return ShippedProfiles.text(wanted)
                .orElseThrow(() -> new CommandLine.ParameterException(
                        spec.commandLine(),
                        "no profile '" + wanted + "' comes with Quantfleet; there are "
                                + String.join(", ", ShippedProfiles.names())));
    }

    private static Table table(List<Shipped> all) {
        Table table = new Table(
                Column.text("NAME"),
                Column.text("TITLE"),
                Column.text("RUNTIME"),
                Column.text("FORMS"),
                Column.text(""));
        all.forEach(each -> table.row(
                each.name(),
                each.title(),
                each.runtime(),
                String.join(", ", each.forms()),
                each.registered() ? "registered" : "template"));
        return table;
    }
}
