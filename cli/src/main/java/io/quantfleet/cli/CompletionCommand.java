package io.quantfleet.cli;

import java.io.PrintWriter;
import java.util.Locale;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quantfleet completion}: what a shell needs to complete commands and options. */
@Command(
        name = "completion",
        description = {"Prints a script that completes commands, options and their values in a shell.", ""},
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  source <(quantfleet completion bash)                                   # this shell",
            "  quantfleet completion bash > ~/.local/share/bash-completion/completions/quantfleet",
            "  echo 'source <(quantfleet completion zsh)' >> ~/.zshrc                 # every shell to come"
        })
final class CompletionCommand implements Runnable {
    /** Whose completion; picocli's one script loads what zsh needs to run it. */
    enum Shell {
        BASH,
        ZSH;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}.")
    private Shell shell = Shell.BASH;

    @Override
    public void run() {
        CommandLine root = spec.root().commandLine();
        PrintWriter screen = spec.commandLine().getOut();
        screen.println("# Completion of " + root.getCommandName() + " for " + shell);
        screen.print(AutoComplete.bash(root.getCommandName(), root));
        screen.flush();
    }
}
