package io.quantfleet.cli.stack;

import io.quantfleet.cli.CliException;
import io.quantfleet.cli.StoppingException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Keeps programs running: one that ends after it was once ready is started again, after a pause that grows while it
 * keeps ending. Closing it ends them all, the last started first. Every process is started, restarted and stopped on one
 * thread, which lives as long as they do; the public methods may be called from any thread.
 */
public final class Supervisor implements AutoCloseable {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    /** How long the pause before a restart grows, unless it is said otherwise. */
    static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private static final Duration STEADY = Duration.ofMinutes(1);
    private static final Duration POLL = Duration.ofMillis(250);

    private final Launcher launcher;
    private final ProcessRegister register;
    private final Consumer<String> announce;
    private final Duration longestPause;
    private final HealthProbe probe = new HealthProbe();
    private final Map<String, Watched> programs = Collections.synchronizedMap(new LinkedHashMap<>());
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "supervisor"));
    private volatile boolean closing;

    Supervisor(Launcher launcher, ProcessRegister register, Consumer<String> announce) {
        this(launcher, register, announce, LONGEST_PAUSE);
    }

    /** @param longestPause how long the pause before a restart grows while a program keeps ending */
    Supervisor(Launcher launcher, ProcessRegister register, Consumer<String> announce, Duration longestPause) {
        this.longestPause = longestPause;
        this.launcher = launcher;
        this.register = register;
        this.announce = announce;
    }

    /** A program and its present process. Touched by the supervisor's thread; others only read. */
    private static final class Watched {
        private final Program program;
        private volatile Process process;
        private volatile boolean onceReady;
        private Instant started = Instant.now();
        private Duration pause = FIRST_PAUSE;

        Watched(Program program, Process process) {
            this.program = program;
            this.process = process;
        }
    }

    /** Starts {@code program}; {@link #awaitReady} tells when it can be used. */
    public void launch(Program program) {
        onThread(() -> {
            if (closing) {
                throw new StoppingException();
            }
            Watched watched = new Watched(program, launcher.launch(program));
            programs.put(program.name(), watched);
            follow(watched);
        });
    }

    /**
     * Waits until the program is ready; from then on it is restarted when it ends.
     *
     * @throws CliException if it ends before, or takes longer than it may
     * @throws StoppingException if everything is being stopped meanwhile
     */
    public void awaitReady(String name) {
        Watched watched = require(name);
        Instant deadline = Instant.now().plus(watched.program.startLimit());
        while (!isReady(watched)) {
            if (closing) {
                throw new StoppingException();
            }
            if (!watched.process.isAlive()) {
                throw new CliException(name + " ended with status " + watched.process.exitValue()
                        + " before it was ready" + LogTail.hint(watched.program.log()));
            }
            if (Instant.now().isAfter(deadline)) {
                throw new CliException(name + " is not ready after "
                        + watched.program.startLimit().toSeconds() + " s" + LogTail.hint(watched.program.log()));
            }
            pause();
        }
        watched.onceReady = true;
    }

    /** The running processes, by name. */
    public Map<String, ProcessHandle> running() {
        return register.running();
    }

    /** Ends every program, the last started first, and returns when all have ended. */
    @Override
    public void close() {
        closing = true;
        try {
            onThread(this::stopAll);
        } catch (RejectedExecutionException closedBefore) {
            return;
        }
        thread.shutdown();
    }

    private void follow(Watched watched) {
        watched.started = Instant.now();
        register.add(watched.program.name(), watched.process.toHandle());
        CompletableFuture<Void> unused = watched.process.onExit().thenAccept(ended -> {
            if (!closing) {
                thread.execute(() -> ended(watched, ended));
            }
        });
    }

    private void ended(Watched watched, Process process) {
        if (closing || !watched.onceReady || process != watched.process) {
            return;
        }
        register.remove(watched.program.name());
        if (Duration.between(watched.started, Instant.now()).compareTo(STEADY) > 0) {
            watched.pause = FIRST_PAUSE;
        }
        announce.accept(watched.program.name() + " ended with status " + process.exitValue() + "; starting it again in "
                + watched.pause.toMillis() / 1000.0 + " s (" + watched.program.log() + ")");
        later(watched.pause, () -> restart(watched));
        Duration next = watched.pause.multipliedBy(2);
        watched.pause = next.compareTo(longestPause) > 0 ? longestPause : next;
    }

    private void restart(Watched watched) {
        if (closing) {
            return;
        }
        watched.process = launcher.launch(watched.program);
        follow(watched);
        later(POLL, () -> announceReturn(watched, watched.process));
    }

    private void announceReturn(Watched watched, Process process) {
        if (closing || !process.isAlive()) {
            return;
        }
        if (isReady(watched)) {
            Duration took = Duration.between(watched.started, Instant.now());
            announce.accept(watched.program.name() + " is back after " + took.toMillis() / 1000.0 + " s");
        } else {
            later(POLL, () -> announceReturn(watched, process));
        }
    }

    private void stopAll() {
        List<Watched> reversed = new ArrayList<>(programs.values());
        Collections.reverse(reversed);
        reversed.forEach(this::stop);
        programs.clear();
    }

    private void stop(Watched watched) {
        watched.process.destroy();
        try {
            if (!watched.process.waitFor(watched.program.stopLimit().toMillis(), TimeUnit.MILLISECONDS)) {
                announce.accept(watched.program.name() + " does not stop; killing it");
                watched.process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            watched.process.destroyForcibly();
        }
        register.remove(watched.program.name());
    }

    private boolean isReady(Watched watched) {
        return watched.process.isAlive()
                && watched.program.health().map(probe::isUp).orElse(true);
    }

    private Watched require(String name) {
        Watched watched = programs.get(name);
        if (watched == null) {
            throw new IllegalArgumentException("no program " + name);
        }
        return watched;
    }

    private void later(Duration pause, Runnable action) {
        ScheduledFuture<?> unused = thread.schedule(
                () -> {
                    try {
                        action.run();
                    } catch (CliException e) {
                        announce.accept(String.valueOf(e.getMessage()));
                    }
                },
                pause.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private void onThread(Runnable action) {
        try {
            thread.submit(action).get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof CliException known ? known : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException("interrupted", e);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(POLL.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException("interrupted", e);
        }
    }
}
