package io.quantfleet.cli.context;

import io.quantfleet.cli.CliException;
import io.quantfleet.cli.terminal.InputFile;
import io.quantfleet.cli.terminal.OutputArguments;
import io.quantfleet.cli.terminal.Table;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quantfleet context}: names control planes and chooses the one that commands ask. */
@Command(
        name = "context",
        description = {
            "Names control planes, and chooses the one that commands ask when neither an option nor the environment says.",
            "",
            "They are kept in ~/.config/quantfleet/config.yaml (XDG_CONFIG_HOME counts), which only you can read.",
            ""
        },
        synopsisSubcommandLabel = "COMMAND",
        sortOptions = false)
public final class ContextCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final ContextFile file = ContextFile.in(System.getenv());

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "say what to do: list, current, use, set or delete");
    }

    @Command(name = "list", description = "Lists contexts; a star stands before the one in use.", sortOptions = false)
    int list(@Mixin OutputArguments output) {
        Contexts contexts = file.read();
        Table table = new Table(
                Table.Column.text(""),
                Table.Column.text("CONTEXT"),
                Table.Column.text("SERVER"),
                Table.Column.text("TOKEN"));
        contexts.contexts()
                .forEach((name, context) -> table.row(
                        name.equals(contexts.current()) ? "*" : "",
                        name,
                        context.server().toString(),
                        context.token() == null ? "no" : "yes"));
        List<Map<String, Object>> values = contexts.contexts().entrySet().stream()
                .map(entry -> shown(entry.getKey(), entry.getValue(), contexts))
                .toList();
        output.print(spec.commandLine().getOut(), values, table::lines);
        return CommandLine.ExitCode.OK;
    }

    @Command(
            name = "current",
            description = "Says which control plane commands ask, and what says so.",
            sortOptions = false)
    int current(@Mixin OutputArguments output) {
        Target target = Target.choose(Optional.empty(), Optional.empty());
        Map<String, Object> value = new LinkedHashMap<>();
        target.context().ifPresent(name -> value.put("context", name));
        value.put("server", target.server().url().toString());
        value.put("source", target.source());
        output.print(
                spec.commandLine().getOut(),
                value,
                () -> List.of(target.context().map(name -> name + "  ").orElse("")
                        + target.server().url() + "  (" + target.source() + ")"));
        return CommandLine.ExitCode.OK;
    }

    @Command(name = "use", description = "Makes a context the one in use.", sortOptions = false)
    int use(@Parameters(paramLabel = "NAME", description = "The context.") String name, @Mixin OutputArguments output) {
        return save(file.read().using(name), name, output);
    }

    @Command(
            name = "set",
            description = {
                "Makes a context, or changes one. The first one is in use at once.",
                "A token is sent as 'Authorization: Bearer'. The control plane asks for none: it is for a proxy before"
                        + " it that does.",
                ""
            },
            sortOptions = false,
            footerHeading = "%nExample:%n",
            footer = "  quantfleet context set lab --server https://fleet.example --token-file token.txt")
    int set(
            @Parameters(paramLabel = "NAME", description = "The context.") String name,
            @Option(names = "--server", required = true, paramLabel = "URL", description = "The console's address.")
                    URI server,
            @Option(
                            names = "--token-file",
                            paramLabel = "FILE",
                            description = "Holds the token; - reads it from standard input. Without it there is none.")
                    @Nullable
                    Path tokenFile,
            @Mixin OutputArguments output) {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,99}")) {
            throw new CliException("'" + name + "' is no name for a context: letters, digits, '.', '_' and '-', at most"
                    + " 100, beginning with a letter or digit");
        }
        Contexts.Context context = new Contexts.Context(
                server,
                Optional.ofNullable(tokenFile)
                        .map(file -> InputFile.secret(file, "--token-file"))
                        .orElse(null));
        context.toServer(); // refuses what could not be asked
        return save(file.read().with(name, context), name, output);
    }

    @Command(
            name = "delete",
            description = "Forgets a context and its token. If it was in use, none is.",
            sortOptions = false)
    int delete(
            @Parameters(paramLabel = "NAME", description = "The context.") String name, @Mixin OutputArguments output) {
        Contexts before = file.read();
        file.write(before.without(name));
        output.print(
                spec.commandLine().getOut(),
                shown(name, before.require(name), before),
                () -> List.of("  " + name + " is deleted"));
        return CommandLine.ExitCode.OK;
    }

    private int save(Contexts contexts, String name, OutputArguments output) {
        file.write(contexts);
        Contexts.Context context = contexts.require(name);
        output.print(
                spec.commandLine().getOut(),
                shown(name, context, contexts),
                () -> List.of(
                        "  " + name + ": " + context.toServer() + (name.equals(contexts.current()) ? ", in use" : "")));
        return CommandLine.ExitCode.OK;
    }

    private static Map<String, Object> shown(String name, Contexts.Context context, Contexts all) {
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("name", name);
        value.put("server", context.server().toString());
        value.put("token", context.token() != null);
        value.put("current", name.equals(all.current()));
        return value;
    }
}
