package io.quantfleet.controlplane.console.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class MeasurementsTest {
    @Test
    void aPercentileIsThatOfAllInferences() {
        Measurements measurements = new Measurements();
        measurements.add(histogram(1_000, 900), new Measurements.Counts(900, 890, 10, 0));
        measurements.add(histogram(100_000, 100), new Measurements.Counts(100, 60, 40, 2));

        Figures figures = measurements.figures();

        assertThat(figures.p50Millis().orElseThrow()).isCloseTo(1, within(0.01));
        assertThat(figures.p95Millis().orElseThrow()).isCloseTo(100, within(1.0));
        assertThat(figures.accuracy()).contains(0.95);
        assertThat(figures.inferences()).isEqualTo(1000);
        assertThat(figures.errors()).isEqualTo(2);
    }

    @Test
    void nothingMeasuredHasNoFigures() {
        assertThat(new Measurements().figures()).isEqualTo(Figures.NONE);
    }

    @Test
    void refusesWhatIsNoHistogram() {
        Measurements measurements = new Measurements();

        assertThatThrownBy(() ->
                        measurements.add(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}, new Measurements.Counts(0, 0, 0, 0)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void chartsHaveEmptyIntervalsWhereNothingWasMeasured() {
        Instant now = Instant.parse("2026-03-01T12:00:30Z");
        Figures figures = new Figures(Optional.of(1.0), Optional.of(2.0), Optional.of(0.9), 5, 5, 0);
        Point early = new Point(Instant.parse("2026-03-01T11:50:00Z"), figures);
        Point late = new Point(Instant.parse("2026-03-01T11:53:00Z"), figures);

        Chart chart = Chart.of(List.of(early, late), Chart.Reference.NONE, Span.HOUR, now);

        assertThat(chart.intervals()).hasSize(4);
        assertThat(chart.intervals().get(1).p50()).isEmpty();
        assertThat(chart.from()).isEqualTo(Instant.parse("2026-03-01T11:00:00Z").toEpochMilli());
    }

    private static byte[] histogram(long micros, long count) {
        Histogram histogram = new Histogram(2);
        histogram.recordValueWithCount(micros, count);
        ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        return Arrays.copyOf(buffer.array(), histogram.encodeIntoCompressedByteBuffer(buffer));
    }
}
