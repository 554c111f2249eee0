package io.quantfleet.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private Instant now = Instant.EPOCH;

    @Test
    void printsALineNowAndThenWhereThereIsNoTerminal() {
        try (Progress progress = progress(false)) {
            Progress.Step step = progress.begin("Quantizing");
            now = now.plus(Duration.ofMillis(1500));
            step.say("10 %");
            step.say("10 %");
            step.say("11 %");
            now = now.plus(Duration.ofSeconds(3));
            step.say("50 %");
            progress.line("worker-1 is back");
            now = now.plus(Duration.ofMillis(500));
            step.done("3 variants");
        }
        assertThat(lines())
                .containsExactly(
                        "[   0.0 s]  Quantizing …",
                        "[   1.5 s]  Quantizing: 10 %",
                        "[   4.5 s]  Quantizing: 50 %",
                        "worker-1 is back",
                        "[   5.0 s]  Quantizing: 3 variants  (5.0 s)");
    }

    @Test
    void drawsTheCurrentStepAnewOnATerminal() {
        try (Progress progress = progress(true)) {
            Progress.Step step = progress.begin("Quantizing");
            progress.line("worker-1 is back");
            step.done("");
        }
        String clear = "\r\033[K";
        assertThat(text())
                .isEqualTo(clear + "[   0.0 s]  Quantizing …" + clear + "worker-1 is back\n" + clear
                        + "[   0.0 s]  Quantizing …" + clear + "[   0.0 s]  Quantizing  (0.0 s)\n");
    }

    @Test
    void alignsTables() {
        Table table = new Table(Table.Column.text("class"), Table.Column.number("size"));
        table.row("rpi-cpu", "9");
        table.row("gpu", "12 KiB");
        assertThat(table.lines()).containsExactly("  class       size", "  rpi-cpu        9", "  gpu       12 KiB");
    }

    private Progress progress(boolean terminal) {
        return new Progress(new PrintStream(bytes, true, StandardCharsets.UTF_8), terminal, () -> now);
    }

    private String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private List<String> lines() {
        return text().lines().toList();
    }
}
