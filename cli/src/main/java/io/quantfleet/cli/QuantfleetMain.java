package io.quantfleet.cli;

import io.quantfleet.quantizer.QuantizerException;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** The entry point of {@code quantfleet}. */
public final class QuantfleetMain {
    private QuantfleetMain() {}

    public static void main(String[] arguments) {
        // By name: other jars on the class path bring a logback.xml of their own.
        System.setProperty("logback.configurationFile", "io/quantfleet/cli/logback.xml");
        System.exit(commandLine().execute(arguments));
    }

    /** The whole command line, with failures reported as one line. */
    static CommandLine commandLine() {
        QuantfleetCommand root = new QuantfleetCommand();
        CommandLine line = new CommandLine(root);
        line.getSubcommands().values().forEach(QuantfleetMain::withoutVersion);
        return line.setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(QuantfleetMain::refuse)
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    if (failure instanceof StoppingException) {
                        return CommandLine.ExitCode.SOFTWARE;
                    }
                    command.getErr().println(command.getColorScheme().errorText("quantfleet: " + line(failure)));
                    if (root.verbose()) {
                        failure.printStackTrace(command.getErr());
                    }
                    return ExitCodes.of(failure);
                });
    }

    // 'rollout create --version 2' must not look as if a rollout of version 2 had been created.
    private static void withoutVersion(CommandLine command) {
        CommandSpec spec = command.getCommandSpec();
        spec.remove(spec.findOption("--version"));
        command.getSubcommands().values().forEach(QuantfleetMain::withoutVersion);
    }

    // The whole help would push the one line that matters off the screen.
    private static int refuse(CommandLine.ParameterException failure, String[] arguments) {
        CommandLine command = failure.getCommandLine();
        command.getErr()
                .println(command.getColorScheme().errorText("quantfleet: " + String.valueOf(failure.getMessage())));
        CommandLine.UnmatchedArgumentException.printSuggestions(failure, command.getErr());
        command.getErr().println("'" + command.getCommandSpec().qualifiedName() + " --help' has every option.");
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    private static String line(Exception failure) {
        if (!(failure instanceof CliException || failure instanceof QuantizerException)) {
            return "unexpected failure: " + failure + " (--verbose shows where)";
        }
        String message = String.valueOf(failure.getMessage());
        return Optional.ofNullable(failure.getCause())
                .map(Throwable::getMessage)
                .filter(reason -> !message.contains(reason))
                .map(reason -> message + ": " + reason)
                .orElse(message);
    }
}
