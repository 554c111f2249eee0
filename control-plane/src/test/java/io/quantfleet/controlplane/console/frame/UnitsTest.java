package io.quantfleet.controlplane.console.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnitsTest {
    @ParameterizedTest
    @CsvSource({
        "0,0 B",
        "1023,1023 B",
        "1024,1.00 KiB",
        "10240,10.0 KiB",
        "189000,185 KiB",
        "1048320,1.00 MiB",
        "5497558138880,5.00 TiB"
    })
    void bytesHaveThreeSignificantDigits(long bytes, String text) {
        assertThat(Units.bytes(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"-0.0024,−0.24 pt", "0.0006,+0.06 pt", "-0.0000001,+0.00 pt"})
    void pointsHaveTheirSign(double difference, String text) {
        assertThat(Units.points(difference)).isEqualTo(text);
    }

    @Test
    void progressNeverSaysThatItIsDoneBeforeItIs() {
        assertThat(Units.progress(0.999)).isEqualTo("99 %");
        assertThat(Units.progress(1)).isEqualTo("100 %");
    }

    @Test
    void urlsAreSafeInPathAndQuery() {
        assertThat(Units.url("a b/c?d&e")).isEqualTo("a%20b%2Fc%3Fd%26e");
    }

    @Test
    void statesReadAsWords() {
        assertThat(States.label("SELF_TESTING")).isEqualTo("Self-testing");
        assertThat(States.tone("REVERTED")).isEqualTo("bad");
        assertThat(States.tone("SOMETHING_NEW")).isEqualTo("quiet");
    }

    @Test
    void barsLeaveOutWhatThereIsNoneOf() {
        StateBar bar = StateBar.of(
                List.of(new StateCount("ACTIVE", 3), new StateCount("UPDATING", 0), new StateCount("FAILED", 1)));

        assertThat(bar.words()).isEqualTo("3 active, 1 failed");
        assertThat(bar.segments()).extracting(StateBar.Segment::tone).containsExactly("good", "bad");
        assertThat(bar.segments().get(1).x()).isEqualTo(75);
    }
}
