package io.quantfleet.cli.stack;

import static io.quantfleet.cli.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quantfleet.cli.CliException;
import io.quantfleet.cli.Patience;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With programs that are a line of shell. */
class SupervisorTest {

    @TempDir
    private Path directory;

    private final List<String> said = new CopyOnWriteArrayList<>();
    private ProcessRegister register;
    private Supervisor supervisor;

    @BeforeEach
    void open() {
        register = ProcessRegister.open(directory.resolve("processes.json"));
        supervisor = new Supervisor(Launcher.forThisSystem(), register, said::add);
    }

    @AfterEach
    void close() {
        supervisor.close();
    }

    @Test
    void startsAProgramAgainThatEnded() {
        start("sleeper", "exec sleep 600");
        ProcessHandle first = supervisor.running().get("sleeper");

        first.destroyForcibly();

        await().until(() -> isRunningAsAnother("sleeper", first));
        await().untilAsserted(() -> assertThat(said)
                .anyMatch(line -> line.startsWith("sleeper ended with status 137; starting it again in 0.5 s"))
                .anyMatch(line -> line.startsWith("sleeper is back after ")));
    }

    @Test
    void saysWhyAProgramDidNotBecomeReady() {
        supervisor.launch(program(
                "broken",
                "echo 12:00 ERROR no disk; echo at some.Class; exit 3",
                Optional.of(URI.create("http://127.0.0.1:1/health")),
                Patience.LIMIT));
        assertThatThrownBy(() -> supervisor.awaitReady("broken"))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("broken ended with status 3 before it was ready: 12:00 ERROR no disk; read ")
                .hasMessageEndingWith("broken.log");
    }

    @Test
    void stopsTheLastStartedFirst() throws Exception {
        Path order = directory.resolve("order");
        for (String name : List.of("first", "second", "third")) {
            Path ready = directory.resolve(name + ".ready");
            start(
                    name,
                    "trap 'echo " + name + " >> " + order + "; exit 0' TERM; touch " + ready
                            + "; while :; do sleep 0.05; done");
            await().until(() -> Files.exists(ready));
        }
        List<ProcessHandle> processes = new ArrayList<>(supervisor.running().values());

        supervisor.close();

        assertThat(Files.readAllLines(order)).containsExactly("third", "second", "first");
        assertThat(processes).noneMatch(ProcessHandle::isAlive);
        assertThat(register.running()).isEmpty();
    }

    @Test
    void killsWhatDoesNotStop() {
        supervisor.launch(program(
                "deaf", "trap '' TERM; while :; do sleep 0.05; done", Optional.empty(), Duration.ofMillis(100)));
        supervisor.awaitReady("deaf");
        ProcessHandle process = supervisor.running().get("deaf");

        supervisor.close();

        assertThat(process.isAlive()).isFalse();
    }

    @Test
    void endsWhatAnEarlierSupervisorLeftBehind() throws Exception {
        Process leftover = new ProcessBuilder("sleep", "600").start();
        ProcessRegister.open(directory.resolve("earlier.json")).add("worker-1", leftover.toHandle());

        List<String> ended =
                ProcessRegister.open(directory.resolve("earlier.json")).endAll();

        assertThat(ended).containsExactly("worker-1");
        assertThat(leftover.isAlive()).isFalse();
        assertThat(ProcessRegister.open(directory.resolve("earlier.json")).running())
                .isEmpty();
    }

    @Test
    void takesNoStrangerForALeftover() throws Exception {
        Files.writeString(
                directory.resolve("earlier.json"),
                "{\"worker-1\": {\"pid\": " + ProcessHandle.current().pid() + ", \"startedAt\": 1000}}");

        assertThat(ProcessRegister.open(directory.resolve("earlier.json")).endAll())
                .isEmpty();
    }

    private void start(String name, String script) {
        supervisor.launch(program(name, script, Optional.empty(), Patience.LIMIT));
        supervisor.awaitReady(name);
    }

    private Program program(String name, String script, Optional<URI> health, Duration stopPatience) {
        return new Program(
                name,
                List.of("sh", "-c", script),
                Map.of(),
                directory.resolve(name + ".log"),
                health,
                Patience.LIMIT,
                stopPatience);
    }

    private boolean isRunningAsAnother(String name, ProcessHandle first) {
        ProcessHandle now = supervisor.running().get(name);
        return now != null && now.pid() != first.pid() && now.isAlive();
    }
}
