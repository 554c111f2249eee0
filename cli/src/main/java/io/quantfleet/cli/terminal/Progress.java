package io.quantfleet.cli.terminal;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.Timer;
import java.util.TimerTask;

/**
 * Steps on a terminal, one after the other: the current one on a line that is drawn anew as it advances, with its
 * elapsed time, the finished ones above it. Where the output is no terminal, a plain line now and then. Safe for use by
 * several threads; other lines may be printed between.
 */
public final class Progress implements AutoCloseable {
    private static final String CLEAR_LINE = "\r\033[K";
    private static final int WIDTH = 100;
    private static final long REDRAW_MILLIS = 500;
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(3);

    private final PrintStream out;
    private final boolean terminal;
    private final InstantSource clock;
    private final Instant begin;
    private final Optional<Timer> redraw;
    private Optional<Step> current = Optional.empty();

    /** Shows progress on {@code out}, redrawn if it is a {@code terminal}. */
    public Progress(PrintStream out, boolean terminal, InstantSource clock) {
        this.out = out;
        this.terminal = terminal;
        this.clock = clock;
        this.begin = clock.instant();
        this.redraw = terminal ? Optional.of(startRedrawing()) : Optional.empty();
    }

    /** Progress on standard output, which the {@code quantfleet} script knows to be a terminal or not. */
    public static Progress onStandardOutput() {
        return new Progress(System.out, Boolean.getBoolean("quantfleet.terminal"), InstantSource.system());
    }

    /** Progress on standard error, for commands whose result goes to standard output. */
    public static Progress onStandardError() {
        return new Progress(System.err, Boolean.getBoolean("quantfleet.terminal"), InstantSource.system());
    }

    /** One step; ends with {@link #done} or when the next one begins. */
    public final class Step {
        private final String title;
        private final Instant started = clock.instant();
        private String detail = "";
        private Instant nextLine = started;

        private Step(String title) {
            this.title = title;
        }

        /** Shows how far the step is. */
        public void say(String text) {
            synchronized (Progress.this) {
                if (text.equals(detail)) {
                    return;
                }
                detail = text;
                if (terminal) {
                    draw();
                } else if (!clock.instant().isBefore(nextLine)) {
                    nextLine = clock.instant().plus(BETWEEN_LINES);
                    out.println(stamp() + "  " + title + ": " + text);
                    out.flush();
                }
            }
        }

        /** Ends the step and leaves a line with its result and time. */
        public void done(String result) {
            synchronized (Progress.this) {
                current = Optional.empty();
                String line = title + (result.isEmpty() ? "" : ": " + result);
                out.println((terminal ? CLEAR_LINE : "") + stamp() + "  " + line + "  (" + seconds(elapsed()) + ")");
                out.flush();
            }
        }

        /** How long the step takes already. */
        public Duration elapsed() {
            return Duration.between(started, clock.instant());
        }

        private void draw() {
            String text = stamp() + "  " + title + (detail.isEmpty() ? " …" : ": " + detail);
            out.print(CLEAR_LINE + (text.length() > WIDTH ? text.substring(0, WIDTH - 1) + "…" : text));
            out.flush();
        }
    }

    /** Begins a step. */
    public synchronized Step begin(String title) {
        Step step = new Step(title);
        current = Optional.of(step);
        if (terminal) {
            step.draw();
        } else {
            out.println(stamp() + "  " + title + " …");
            out.flush();
        }
        return step;
    }

    /** Prints a line without disturbing the current step. */
    public synchronized void line(String text) {
        out.println((terminal ? CLEAR_LINE : "") + text);
        current.filter(step -> terminal).ifPresent(Step::draw);
        out.flush();
    }

    /** Time since this progress began. */
    public Duration elapsed() {
        return Duration.between(begin, clock.instant());
    }

    /** {@code 12.3 s}. */
    public static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }

    @Override
    public synchronized void close() {
        redraw.ifPresent(Timer::cancel);
        if (terminal && current.isPresent()) {
            out.println();
        }
        current = Optional.empty();
    }

    private String stamp() {
        return String.format(Locale.ROOT, "[%6.1f s]", elapsed().toMillis() / 1000.0);
    }

    private Timer startRedrawing() {
        Timer timer = new Timer("progress", true);
        TimerTask task = new TimerTask() {
            @Override
            public void run() {
                redraw();
            }
        };
        timer.schedule(task, REDRAW_MILLIS, REDRAW_MILLIS);
        return timer;
    }

    private synchronized void redraw() {
        current.ifPresent(Step::draw);
    }
}
