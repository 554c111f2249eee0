package io.quantfleet.cli.stack;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quantfleet.cli.CliException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The processes of a stack, in a file of its data directory. If the supervisor is killed, the next one finds there what
 * it may have left behind. A process is known by its pid and its start time, so that a stranger that got the same pid is
 * let alone. Safe for use by several threads.
 */
final class ProcessRegister {
    private static final ObjectMapper JSON = new ObjectMapper();
    // The start time is computed from the time of boot, which a clock adjustment moves.
    private static final Duration START_TOLERANCE = Duration.ofSeconds(3);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(15);

    private final Path file;
    private final Map<String, Entry> entries;

    /** One process; {@code startedAt} in milliseconds since 1970. */
    record Entry(long pid, long startedAt) {
        static Entry of(ProcessHandle process) {
            return new Entry(
                    process.pid(),
                    process.info().startInstant().orElse(Instant.now()).toEpochMilli());
        }

        Optional<ProcessHandle> process() {
            return ProcessHandle.of(pid).filter(process -> process.info()
                    .startInstant()
                    .map(start -> Duration.between(start, Instant.ofEpochMilli(startedAt))
                                    .abs()
                                    .compareTo(START_TOLERANCE)
                            <= 0)
                    .orElse(false));
        }
    }

    private ProcessRegister(Path file, Map<String, Entry> entries) {
        this.file = file;
        this.entries = entries;
    }

    /** Reads the register; a missing file is an empty register. */
    static ProcessRegister open(Path file) {
        try {
            Map<String, Entry> entries =
                    Files.exists(file) ? JSON.readValue(file.toFile(), new TypeReference<>() {}) : Map.of();
            return new ProcessRegister(file, new TreeMap<>(entries));
        } catch (IOException e) {
            throw new CliException("can't read the processes in " + file + ": " + e.getMessage(), e);
        }
    }

    /** Notes that {@code name} now runs as {@code process}. */
    synchronized void add(String name, ProcessHandle process) {
        entries.put(name, Entry.of(process));
        store();
    }

    /** Notes that {@code name} runs no more. */
    synchronized void remove(String name) {
        entries.remove(name);
        store();
    }

    /** The running processes, by name. */
    synchronized Map<String, ProcessHandle> running() {
        Map<String, ProcessHandle> running = new TreeMap<>();
        entries.forEach((name, entry) -> entry.process().ifPresent(process -> running.put(name, process)));
        return running;
    }

    /** Ends every process that is still running, asked at first and killed in the end; returns their names. */
    synchronized List<String> endAll() {
        Map<String, ProcessHandle> leftovers = running();
        leftovers.values().forEach(ProcessHandle::destroy);
        CompletableFuture<?>[] ends =
                leftovers.values().stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(ends).get(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException stillRunning) {
            leftovers.values().forEach(ProcessHandle::destroyForcibly);
            CompletableFuture.allOf(ends).join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            leftovers.values().forEach(ProcessHandle::destroyForcibly);
        }
        entries.clear();
        store();
        return new ArrayList<>(leftovers.keySet());
    }

    private void store() {
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        try {
            JSON.writerWithDefaultPrettyPrinter().writeValue(temporary.toFile(), entries);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new CliException("can't write the processes to " + file + ": " + e.getMessage(), e);
        }
    }
}
