package io.quantfleet.cli.demo;

import static io.quantfleet.cli.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quantfleet.cli.embedded.LeftoverPostmaster;
import io.quantfleet.cli.stack.Installation;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** {@code quantfleet demo} as a user runs it: the packaged command in a process of its own. */
final class DemoProcess implements AutoCloseable {
    /** Far more than it takes; a busy machine is no failure. */
    static final Duration LIMIT = Duration.ofMinutes(8);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path dataDirectory;
    private final Path figures;
    private final Path output;
    private final Process process;
    private final Set<ProcessHandle> seen = new HashSet<>();

    private DemoProcess(Path dataDirectory, Path figures, Path output, Process process) {
        this.dataDirectory = dataDirectory;
        this.figures = figures;
        this.output = output;
        this.process = process;
    }

    /** Starts a demo on {@code work}/data that writes its figures to a file in {@code work}. */
    static DemoProcess start(Path work, String... options) throws IOException {
        Path dataDirectory = work.resolve("data");
        Path figures = work.resolve("figures.json");
        Path output = work.resolve("output.txt");
        Files.deleteIfExists(figures);
        Installation installation = Installation.current();
        List<String> command = new ArrayList<>(List.of(
                installation.java().toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                installation.cli().toString(),
                "demo",
                "--data-dir",
                dataDirectory.toString(),
                "--json",
                figures.toString()));
        command.addAll(List.of(options));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                .start();
        return new DemoProcess(dataDirectory, figures, output, process);
    }

    /** Waits for the end; returns the exit status. */
    int awaitEnd() {
        await().atMost(LIMIT).until(() -> {
            note();
            return !process.isAlive();
        });
        return process.exitValue();
    }

    /** Waits for the figures; fails at once if the demo ends without. */
    JsonNode awaitFigures() throws IOException {
        await().atMost(LIMIT).until(() -> {
            note();
            assertThat(process.isAlive()).as(output()).isTrue();
            return Files.exists(figures);
        });
        return figures();
    }

    JsonNode figures() throws IOException {
        return JSON.readTree(figures.toFile());
    }

    /** What the terminal showed. */
    String output() throws IOException {
        return Files.readString(output);
    }

    /** The console's address, once it is known. */
    URI console() throws IOException {
        return URI.create("http://127.0.0.1:" + port("http") + "/");
    }

    /** A port of the stack. */
    int port(String name) throws IOException {
        return JSON.readTree(dataDirectory.resolve("ports.json").toFile())
                .path(name)
                .asInt();
    }

    /** Whether the stack has chosen its ports and recorded the process {@code name}. */
    boolean runs(String name) throws IOException {
        Path register = dataDirectory.resolve("processes.json");
        return Files.exists(register) && JSON.readTree(register.toFile()).has(name);
    }

    /** Kills one of its processes without warning. */
    void kill(String name) throws IOException {
        note();
        long pid = JSON.readTree(dataDirectory.resolve("processes.json").toFile())
                .path(name)
                .path("pid")
                .asLong();
        ProcessHandle victim = ProcessHandle.of(pid).orElseThrow();
        assertThat(victim.destroyForcibly()).isTrue();
        victim.onExit().join();
    }

    /** Kills the command itself without warning. */
    void killSupervisor() {
        note();
        process.destroyForcibly().onExit().join();
    }

    /** Asks it to end, as Ctrl-C does. */
    void stop() {
        note();
        process.destroy();
        process.onExit().join();
    }

    /** Every process that it was seen to run, PostgreSQL's included. */
    Set<ProcessHandle> processes() {
        note();
        return Set.copyOf(seen);
    }

    @Override
    public void close() {
        stop();
        processes().forEach(ProcessHandle::destroyForcibly);
    }

    private void note() {
        process.descendants().forEach(seen::add);
        LeftoverPostmaster.find(dataDirectory.resolve("postgres")).ifPresent(postmaster -> {
            seen.add(postmaster);
            postmaster.descendants().forEach(seen::add);
        });
    }
}
