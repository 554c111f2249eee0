package io.quantfleet.cli.stack;

import io.quantfleet.cli.CliException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts processes. On Linux with util-linux, each gets a session of its own, so that Ctrl-C in the terminal reaches
 * only the supervisor and the rest can be stopped in order; and each is asked to end when the thread that started it
 * ends, so that the supervisor's death is not survived. The calling thread must therefore live as long as the process.
 */
final class Launcher {
    private static final List<Path> TOOLS = List.of(Path.of("/usr/bin"), Path.of("/bin"));

    private final List<String> prefix;

    private Launcher(List<String> prefix) {
        this.prefix = prefix;
    }

    /** The launcher for this system. */
    static Launcher forThisSystem() {
        List<String> prefix = new ArrayList<>();
        for (Path directory : TOOLS) {
            Path setpriv = directory.resolve("setpriv");
            Path setsid = directory.resolve("setsid");
            if (prefix.isEmpty() && Files.isExecutable(setpriv) && Files.isExecutable(setsid)) {
                prefix.addAll(List.of(setpriv.toString(), "--pdeathsig", "TERM", setsid.toString()));
            }
        }
        return new Launcher(prefix);
    }

    /** Starts {@code program} with its output appended to its log. */
    Process launch(Program program) {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(program.command());
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(program.log().toFile()));
        builder.environment().putAll(program.environment());
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            return process;
        } catch (IOException e) {
            throw new CliException("can't start " + program.name() + ": " + e.getMessage(), e);
        }
    }
}
