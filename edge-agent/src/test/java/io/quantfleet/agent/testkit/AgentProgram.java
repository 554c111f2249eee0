package io.quantfleet.agent.testkit;

import io.quantfleet.agent.testkit.faults.FaultyFileSystemProvider;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The agent as a process of its own, with the flags that are recommended for small boards. */
public final class AgentProgram implements AutoCloseable {
    private final Process process;
    private final Path log;

    private AgentProgram(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** Starts the program; what it prints is appended to {@code log}. */
    public static AgentProgram start(Path log, String... arguments) throws IOException {
        return start(log, List.of(), classPath(), arguments);
    }

    /**
     * Starts a packaged program, from the classes that it prepared, on a file system with stop points; see
     * {@code StopPoints}.
     *
     * @param control the control directory
     */
    public static AgentProgram startWithStopPoints(
            Path log, PackagedAgent packaged, Path control, Path stateDirectory, String... arguments)
            throws IOException {
        List<String> flags = List.of(
                "-Djava.nio.file.spi.DefaultFileSystemProvider=" + FaultyFileSystemProvider.class.getName(),
                "-Dquantfleet.test.stop-points=" + control,
                "-Dquantfleet.test.state-directory=" + stateDirectory,
                "-XX:SharedArchiveFile=" + packaged.archive());
        String testClasses = List.of(wholeClassPath()).stream()
                .filter(entry -> entry.contains("test-classes"))
                .findFirst()
                .orElseThrow();
        // An archive serves every class path that begins with the one that it was made for.
        return start(log, flags, packaged.jar() + File.pathSeparator + testClasses, arguments);
    }

    /** Starts it as users do, by its script; the script becomes the agent's process. */
    public static AgentProgram start(Path log, PackagedAgent packaged, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(packaged.script().toString()));
        command.addAll(List.of(arguments));
        return start(log, command);
    }

    private static AgentProgram start(Path log, List<String> flags, String classPath, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx48m",
                "-Xss256k",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1"));
        command.addAll(flags);
        command.addAll(List.of("-cp", classPath, "io.quantfleet.agent.app.AgentMain"));
        command.addAll(List.of(arguments));
        return start(log, command);
    }

    private static AgentProgram start(Path log, List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        return new AgentProgram(process, log);
    }

    /** Only what the agent needs at run time: a shorter class path starts faster. */
    static String classPath() {
        return String.join(
                File.pathSeparator,
                List.of(wholeClassPath()).stream()
                        .filter(entry -> !entry.contains("test-classes")
                                && !entry.matches(".*(hivemq|netty|rocksdb|archunit|testcontainers|junit|assertj).*"))
                        .toList());
    }

    private static String[] wholeClassPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
                .split(File.pathSeparator);
    }

    /** What it has printed so far. */
    public String output() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** As {@code kill -9}: nothing is finished. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** As {@code kill}: waits for it to end, and returns its exit status. */
    public int terminate() throws InterruptedException {
        process.destroy();
        return exitStatus();
    }

    /** Waits for it to end. */
    public int exitStatus() throws InterruptedException {
        if (!process.waitFor(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("the agent did not end:\n" + output());
        }
        return process.exitValue();
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
