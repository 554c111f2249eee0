package io.quantfleet.cli.stack;

import io.quantfleet.cli.CliException;
import io.quantfleet.cli.embedded.LeftoverPostmaster;
import io.quantfleet.cli.embedded.ServerPorts;
import io.quantfleet.cli.keys.KeyDirectory;
import io.quantfleet.cli.terminal.Progress;
import io.quantfleet.protocols.signing.SigningKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A running stack. {@link #start} returns when it can be used; closing it stops every process in the reverse order of
 * their start and gives the data directory free. Closing may come from any thread, at any time, and more than once.
 */
public final class Stack implements AutoCloseable {
    private final DataDirectory directory;
    private final Installation installation;
    private final StackAddresses addresses;
    private final Supervisor supervisor;
    private final Progress progress;
    private final Map<String, String> controlPlane;
    private boolean closed;

    private Stack(
            DataDirectory directory,
            Installation installation,
            StackAddresses addresses,
            Supervisor supervisor,
            Progress progress,
            Map<String, String> controlPlane) {
        this.directory = directory;
        this.installation = installation;
        this.addresses = addresses;
        this.supervisor = supervisor;
        this.progress = progress;
        this.controlPlane = controlPlane;
    }

    /**
     * Prepares a stack on the data directory, after ending what an earlier supervisor may have left running on it.
     *
     * @throws CliException if the directory can't be used or a port is taken
     */
    public static Stack open(StackOptions options, Installation installation, Progress progress) {
        return open(options, installation, progress, Supervisor.LONGEST_PAUSE);
    }

    /**
     * As {@link #open(StackOptions, Installation, Progress)}.
     *
     * @param longestPause how long the pause before a restart grows while a program keeps ending
     */
    public static Stack open(
            StackOptions options, Installation installation, Progress progress, Duration longestPause) {
        DataDirectory directory = DataDirectory.open(options.dataDirectory());
        try {
            ProcessRegister register = ProcessRegister.open(directory.resolve("processes.json"));
            List<String> ended = register.endAll();
            if (!ended.isEmpty()) {
                progress.line("Ended what an earlier run left behind: " + String.join(", ", ended));
            }
            LeftoverPostmaster.stop(directory.resolve("postgres"));
            StackAddresses addresses = chooseAddresses(directory, options);
            Supervisor supervisor = new Supervisor(Launcher.forThisSystem(), register, progress::line, longestPause);
            return new Stack(directory, installation, addresses, supervisor, progress, options.controlPlane());
        } catch (CliException e) {
            directory.close();
            throw e;
        }
    }

    /**
     * Starts every part and waits until all are ready.
     *
     * @throws CliException naming the part that did not start and its log
     */
    public void start() {
        StackPrograms programs = new StackPrograms(installation, directory, addresses);
        KeyDirectory keys = new KeyDirectory(directory.resolve("keys"), Clock.systemUTC());
        Path trustedKey = directory.resolve("trusted-key.pem");
        prepareKeys(keys, trustedKey);

        Progress.Step servers = progress.begin("Starting PostgreSQL, Kafka and the MQTT broker");
        supervisor.launch(programs.servers(trustedKey));
        supervisor.awaitReady(StackPrograms.SERVERS);
        servers.done("");

        List<String> workers = IntStream.range(0, addresses.workers().size())
                .mapToObj(StackPrograms::worker)
                .toList();
        Progress.Step ours = progress.begin(
                workers.isEmpty()
                        ? "Starting the control plane"
                        : "Starting the control plane and " + String.join(", ", workers));
        supervisor.launch(programs.controlPlane(keys, controlPlane));
        IntStream.range(0, workers.size()).mapToObj(programs::workerProgram).forEach(supervisor::launch);
        supervisor.awaitReady(StackPrograms.CONTROL_PLANE);
        workers.forEach(supervisor::awaitReady);
        ours.done("");
    }

    /** Where the parts answer. */
    public StackAddresses addresses() {
        return addresses;
    }

    /** Where the stack keeps everything. */
    public DataDirectory directory() {
        return directory;
    }

    /** For programs beside the stack's own, such as agents: they are watched and stopped with it. */
    public Supervisor supervisor() {
        return supervisor;
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        supervisor.close();
        LeftoverPostmaster.stop(directory.resolve("postgres")); // if the servers had to be killed
        directory.close();
    }

    private static StackAddresses chooseAddresses(DataDirectory directory, StackOptions options) {
        PortBook book = PortBook.open(directory.resolve("ports.json"), new SecureRandom());
        int http = book.port("http", options.httpPort());
        ServerPorts servers = new ServerPorts(
                book.port("postgres"),
                book.port("kafka"),
                book.port("kafka-controller"),
                book.port("mqtt"),
                book.port("servers-health"));
        List<Integer> workers = IntStream.range(0, options.workers())
                .mapToObj(index -> book.port(StackPrograms.worker(index)))
                .toList();
        return new StackAddresses(http, servers, workers);
    }

    private void prepareKeys(KeyDirectory keys, Path trustedKey) {
        try {
            adoptEarlierKey(directory.resolve("signing-key.pem"), keys);
            keys.initialise();
            SigningKey key = SigningKey.read(keys.credentialKey());
            Files.writeString(trustedKey, key.verificationKeys().toPem().get(0));
        } catch (IOException | IllegalArgumentException e) {
            throw new CliException("can't use the key " + keys.credentialKey() + ": " + e.getMessage(), e);
        }
    }

    // Before there was a directory of keys, one key signed manifests and credentials; devices still trust it.
    private static void adoptEarlierKey(Path earlier, KeyDirectory keys) throws IOException {
        if (Files.exists(earlier) && !Files.exists(keys.signingKey())) {
            Files.createDirectories(keys.signingKey().getParent());
            Files.copy(earlier, keys.credentialKey(), StandardCopyOption.REPLACE_EXISTING);
            Files.createLink(keys.signingKey(), earlier);
        }
    }
}
