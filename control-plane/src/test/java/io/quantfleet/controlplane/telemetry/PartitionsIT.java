package io.quantfleet.controlplane.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.quantfleet.controlplane.ControlPlaneException;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is kept for how long. */
class PartitionsIT {
    private Counted counted;
    private Instant now;

    @BeforeEach
    void startDatabase() throws IOException {
        counted = new Counted();
        now = counted.now;
    }

    @AfterEach
    void stopDatabase() throws IOException {
        counted.close();
    }

    @Test
    void aWindowOlderThanWhatIsKeptIsCountedWhereItStillIs() {
        counted.setNow(now.plus(20, ChronoUnit.DAYS));

        counted.take(List.of(counted.window(1, 7, 1, now, 5, 0)));

        assertThat(counted.number("select count(*) from telemetry_minute")).isZero();
        assertThat(counted.number("select sum(windows) from telemetry_hour")).isEqualTo(1);
        assertThat(counted.number("select sum(windows) from telemetry_day")).isEqualTo(1);
    }

    @Test
    void partitionsAreMadeAheadAndDroppedWhenTheirTimeIsOver() {
        counted.take(List.of(counted.window(1, 7, 1, now, 5, 0)));
        TelemetryPartitions later = counted.partitions(now.plus(9, ChronoUnit.DAYS));

        assertThat(later.keeps(Resolution.MINUTE, now)).isFalse();
        assertThat(later.keeps(Resolution.HOUR, now)).isTrue();
        assertThat(later.keeps(Resolution.MINUTE, now.plus(10, ChronoUnit.DAYS)))
                .isTrue();
        assertThatExceptionOfType(ControlPlaneException.class)
                .isThrownBy(() -> later.keeps(Resolution.MINUTE, now.plus(15, ChronoUnit.DAYS)));
        assertThat(counted.number("select count(*) from telemetry_window")).isZero();
        assertThat(counted.number("select count(*) from telemetry_minute")).isZero();
        assertThat(counted.number("select count(*) from telemetry_hour")).isEqualTo(1);
    }
}
