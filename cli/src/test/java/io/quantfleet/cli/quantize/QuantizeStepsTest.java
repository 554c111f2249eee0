package io.quantfleet.cli.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.cli.terminal.Progress;
import io.quantfleet.quantizer.QuantizationProgress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class QuantizeStepsTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private Instant now = Instant.EPOCH;

    private static QuantizationProgress at(double fraction) {
        return new QuantizationProgress(QuantizationProgress.Step.CALIBRATE, Optional.of("rpi-cpu"), fraction);
    }

    @Test
    void estimatesTheTimeThatIsLeft() {
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        try (Progress progress = new Progress(out, false, () -> now);
                Cancellation cancellation = Cancellation.onExit()) {
            QuantizeSteps steps = new QuantizeSteps(progress, cancellation);
            steps.progressed(at(0));
            now = now.plus(Duration.ofMinutes(1));
            steps.progressed(at(0.10));
            now = now.plus(Duration.ofSeconds(30));
            steps.progressed(at(0.60));
            steps.finish();
        }
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .contains("Calibrate for rpi-cpu: 10 % of all, about 9 min left")
                .contains("Calibrate for rpi-cpu: 60 % of all, about 60 s left");
    }
}
