package io.quantfleet.cli.bench;

import io.quantfleet.cli.CliException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A command in a process of its own, started as this one was, whose memory no earlier work has swollen. It ends with this
 * one.
 */
final class OwnProcess {
    private static final String MAIN = "io.quantfleet.cli.QuantfleetMain";

    private OwnProcess() {}

    /**
     * What it prints.
     *
     * @param arguments of {@code quantfleet bench}
     * @throws CliException if it can't be started or fails
     */
    static String output(List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), MAIN, "bench"));
        command.addAll(arguments);
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            Runtime.getRuntime().addShutdownHook(new Thread(OwnProcess::endAll, "end-own-process"));
            try {
                String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                int code = process.waitFor();
                if (code != 0) {
                    throw new CliException("the process that measures memory ended with code " + code);
                }
                return output.strip();
            } finally {
                end(process.toHandle());
            }
        } catch (IOException e) {
            throw new CliException("can't start a process that measures memory", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException("interrupted while memory was measured", e);
        }
    }

    /** Ends all that this process started and that runs still. */
    static void endAll() {
        ProcessHandle.current().children().forEach(OwnProcess::end);
    }

    private static void end(ProcessHandle process) {
        process.destroyForcibly();
        process.onExit().join();
    }
}
