package io.quantfleet.controlplane.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quantfleet.controlplane.ControlPlaneException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MaintenanceWindowTest {
    private static final String BERLIN = "Europe/Berlin";

    private static MaintenanceWindow window(String cron, String duration) {
        return new MaintenanceWindow(cron, Duration.parse(duration), BERLIN);
    }

    @ParameterizedTest
    @CsvSource({
        // Monday, November 23, 2026; Berlin is an hour ahead of UTC.
        "2026-11-23T00:59:59Z, false, 2026-11-23T01:00:00Z",
        "2026-11-23T01:00:00Z, true,  2026-11-24T01:00:00Z",
        "2026-11-23T03:59:59Z, true,  2026-11-24T01:00:00Z",
        "2026-11-23T04:00:00Z, false, 2026-11-24T01:00:00Z",
        // Friday's is followed by Monday's.
        "2026-11-27T04:00:00Z, false, 2026-11-30T01:00:00Z",
        "2026-11-28T02:00:00Z, false, 2026-11-30T01:00:00Z",
        // In summer Berlin is two hours ahead.
        "2026-07-01T00:00:00Z, true,  2026-07-02T00:00:00Z"
    })
    void opensByTheClockOfItsZone(Instant at, boolean open, Instant next) {
        MaintenanceWindow weekdays = window("0 2 * * 1-5", "PT3H");
        assertThat(weekdays.closes(at).isPresent()).isEqualTo(open);
        assertThat(weekdays.nextOpening(at)).contains(next);
    }

    /** In the night to March 29, 2026 Berlin's clocks go from 2:00 to 3:00, at 1:00 UTC. */
    @Test
    void staysOpenForItsDurationWhenTheClocksGoForward() {
        MaintenanceWindow nightly = window("30 1 * * *", "PT2H");
        Instant opening = Instant.parse("2026-03-29T00:30:00Z");
        assertThat(nightly.nextOpening(Instant.parse("2026-03-28T12:00:00Z"))).contains(opening);
        assertThat(nightly.closes(Instant.parse("2026-03-29T02:29:59Z"))).contains(opening.plus(Duration.ofHours(2)));
        assertThat(nightly.closes(Instant.parse("2026-03-29T02:30:00Z"))).isEmpty();
    }

    /** At 2:30 there is no such time that night. */
    @Test
    void isNotLostForLongWhenItsTimeIsLeftOut() {
        MaintenanceWindow nightly = window("30 2 * * *", "PT1H");
        Instant next =
                nightly.nextOpening(Instant.parse("2026-03-28T12:00:00Z")).orElseThrow();
        assertThat(next).isBetween(Instant.parse("2026-03-29T01:00:00Z"), Instant.parse("2026-03-30T00:30:00Z"));
        assertThat(nightly.nextOpening(Instant.parse("2026-03-29T12:00:00Z")))
                .contains(Instant.parse("2026-03-30T00:30:00Z"));
        assertThat(nightly.closes(next.plusSeconds(60))).contains(next.plus(Duration.ofHours(1)));
    }

    /** In the night to October 25, 2026 the hour from 2:00 to 3:00 comes twice: at 0:00 and at 1:00 UTC. */
    @Test
    void staysOpenForItsDurationWhenTheClocksGoBack() {
        MaintenanceWindow nightly = window("0 1 * * *", "PT2H");
        Instant opening = Instant.parse("2026-10-24T23:00:00Z");
        assertThat(nightly.nextOpening(Instant.parse("2026-10-24T12:00:00Z"))).contains(opening);
        assertThat(nightly.closes(Instant.parse("2026-10-25T00:59:59Z"))).contains(opening.plus(Duration.ofHours(2)));
        assertThat(nightly.closes(Instant.parse("2026-10-25T01:00:00Z"))).isEmpty();
    }

    @Test
    void severalWindowsAreOpenWhenOneIs() {
        MaintenanceWindows all = new MaintenanceWindows(
                List.of(window("0 2 * * *", "PT1H"), window("30 2 * * *", "PT2H"), window("0 12 * * 6", "PT6H")),
                false);
        Instant night = Instant.parse("2026-11-23T01:45:00Z");
        assertThat(all.isOpen(night)).isTrue();
        assertThat(all.closes(night)).contains(Instant.parse("2026-11-23T03:30:00Z"));
        assertThat(all.isOpen(Instant.parse("2026-11-23T12:00:00Z"))).isFalse();
        assertThat(all.nextOpening(Instant.parse("2026-11-28T10:00:00Z")))
                .contains(Instant.parse("2026-11-28T11:00:00Z"));
    }

    @Test
    void withoutWindowsItIsAlwaysOpen() {
        assertThat(MaintenanceWindows.ALWAYS.isOpen(Instant.EPOCH)).isTrue();
        assertThat(MaintenanceWindows.ALWAYS.nextOpening(Instant.EPOCH)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 2 * *      | PT1H  | Europe/Berlin | 'five fields'",
                "0 25 * * *   | PT1H  | Europe/Berlin | '0 25 * * *'",
                "every night  | PT1H  | Europe/Berlin | 'every night'",
                "0 2 * * *    | PT30S | Europe/Berlin | 'PT30S'",
                "0 2 * * *    | P8D   | Europe/Berlin | 'PT192H'",
                "0 2 * * *    | PT1H  | Berlin        | 'no time zone'"
            })
    void saysWhatIsWrong(String cron, String duration, String zone, String complaint) {
        assertThatThrownBy(() -> new MaintenanceWindow(cron, Duration.parse(duration), zone))
                .isInstanceOf(ControlPlaneException.class)
                .hasMessageContaining(complaint);
    }
}
