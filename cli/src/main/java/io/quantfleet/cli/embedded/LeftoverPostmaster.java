package io.quantfleet.cli.embedded;

import io.quantfleet.cli.CliException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The PostgreSQL server that goes on running when the process that started it is killed. It is found by the pid file in
 * its data directory, and taken for what it was only if the running process's name and start time agree with the file.
 */
public final class LeftoverPostmaster {
    private static final Logger LOG = LoggerFactory.getLogger(LeftoverPostmaster.class);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(20);
    private static final Duration START_TOLERANCE = Duration.ofSeconds(5);
    // postmaster.pid: the first line is the pid, the third the start in seconds since 1970.
    private static final int PID_LINE = 0;
    private static final int START_LINE = 2;

    private LeftoverPostmaster() {}

    /**
     * Stops the server that runs on {@code data}, if one does: at first as "fast shutdown", which ends its connections,
     * and if that takes too long by killing it, from which it recovers at its next start.
     *
     * @throws CliException if it can't be ended
     */
    public static void stop(Path data) {
        Optional<ProcessHandle> found = find(data);
        if (found.isEmpty()) {
            return;
        }
        ProcessHandle postmaster = found.get();
        LOG.info("stopping the PostgreSQL server that was left running: pid={} data={}", postmaster.pid(), data);
        interrupt(postmaster);
        if (!ended(postmaster)) {
            postmaster.destroyForcibly();
            if (!ended(postmaster)) {
                throw new CliException("a PostgreSQL server, pid " + postmaster.pid() + ", still runs on " + data
                        + " and can't be stopped; end it and start again");
            }
        }
    }

    /** The server that runs on {@code data}. */
    public static Optional<ProcessHandle> find(Path data) {
        try {
            List<String> lines = Files.readAllLines(data.resolve("postmaster.pid"));
            if (lines.size() <= START_LINE) {
                return Optional.empty();
            }
            Instant started =
                    Instant.ofEpochSecond(Long.parseLong(lines.get(START_LINE).strip()));
            return ProcessHandle.of(Long.parseLong(lines.get(PID_LINE).strip()))
                    .filter(process -> isPostmaster(process, started));
        } catch (IOException | NumberFormatException noPidFile) {
            return Optional.empty();
        }
    }

    private static boolean isPostmaster(ProcessHandle process, Instant started) {
        ProcessHandle.Info info = process.info();
        boolean named =
                info.command().map(command -> command.contains("postgres")).orElse(false);
        boolean sameStart = info.startInstant()
                .map(start -> Duration.between(start, started).abs().compareTo(START_TOLERANCE) <= 0)
                .orElse(false);
        return named && sameStart;
    }

    private static void interrupt(ProcessHandle postmaster) {
        try {
            // SIGINT asks PostgreSQL for a fast shutdown; the JDK itself can send only SIGTERM, which waits for
            // clients.
            new ProcessBuilder("kill", "-INT", Long.toString(postmaster.pid()))
                    .start()
                    .onExit()
                    .join();
        } catch (IOException noKillCommand) {
            postmaster.destroy();
        }
    }

    private static boolean ended(ProcessHandle postmaster) {
        try {
            postmaster.onExit().get(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException | ExecutionException stillRunning) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
