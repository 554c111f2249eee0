package io.quantfleet.agent.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.agent.apply.FetchSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class AgentOptionsTest {
    private final List<String> faults = new ArrayList<>();

    @Test
    void readsWhatIsGiven() {
        Optional<AgentConfig> config = read(
                "--device-id=cam-1",
                "--device-class=rpi-cpu",
                "--state-dir=/var/lib/agent",
                "--control-plane=http://fleet:8080",
                "--enrolment-token=secret",
                "--label=site=roof",
                "--label=floor=3",
                "--telemetry-interval=10s",
                "--probe-rate=4/s",
                "--fetch=http",
                "--bandwidth=200KiB/s",
                "--reconnect-spread=1m",
                "--health-file=/tmp/health");

        assertThat(faults).isEmpty();
        assertThat(config).hasValueSatisfying(read -> {
            assertThat(read.stateDir()).isEqualTo(Path.of("/var/lib/agent"));
            assertThat(read.labels()).isEqualTo(Map.of("site", "roof", "floor", "3"));
            assertThat(read.telemetryInterval()).isEqualTo(Duration.ofSeconds(10));
            assertThat(read.probePeriod()).isEqualTo(Duration.ofMillis(250));
            assertThat(read.network())
                    .isEqualTo(new AgentConfig.Network(
                            new FetchSettings(FetchSettings.Preference.HTTP, OptionalLong.of(200 << 10)),
                            Duration.ofMinutes(1)));
            assertThat(read.healthFile()).contains(Path.of("/tmp/health"));
        });
    }

    @Test
    void hasDefaultsForWhatHasAUsualValue() {
        Optional<AgentConfig> config = read("--device-id=cam-1", "--device-class=gpu", "--state-dir=state");

        assertThat(config).hasValueSatisfying(read -> {
            assertThat(read.telemetryInterval()).isEqualTo(Duration.ofSeconds(60));
            assertThat(read.probePeriod()).isEqualTo(Duration.ofMillis(500));
            assertThat(read.controlPlane()).isEmpty();
        });
    }

    @Test
    void tellsOfAllFaultsTogether() {
        Optional<AgentConfig> config = read(
                "--device-id=a/b",
                "--device-class=RPI",
                "--control-plane=fleet",
                "--label=roof",
                "--telemetry-interval=soon",
                "--probe-rate=2",
                "--fetch=pigeon",
                "--bandwidth=fast",
                "--reconnect-spread=0");

        assertThat(config).isEmpty();
        assertThat(faults).hasSize(10);
        assertThat(faults)
                .anyMatch(fault -> fault.equals("--state-dir is missing (or set QUANTFLEET_AGENT_STATE_DIR)"));
    }

    @ParameterizedTest
    @CsvSource({"500ms,PT0.5S", "60s,PT1M", "5m,PT5M", "1h,PT1H", "2d,PT48H"})
    void readsDurations(String text, Duration expected) {
        assertThat(Texts.duration(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "0s", "-1s", "1.5s", "s"})
    void refusesWhatIsNoDuration(String text) {
        org.assertj.core.api.Assertions.assertThatIllegalArgumentException().isThrownBy(() -> Texts.duration(text));
    }

    @ParameterizedTest
    @CsvSource({"2/s,PT0.5S", "0.5/s,PT2S", "30/m,PT2S", "1/h,PT1H"})
    void readsRates(String text, Duration expected) {
        assertThat(Texts.periodOfRate(text)).isEqualTo(expected);
    }

    @Test
    void helpNamesEveryOptionAndTheExitStatuses() {
        String help = new CommandLine(new AgentCommand()).getUsageMessage();

        assertThat(help)
                .contains("--control-plane", "--device-id", "--device-class", "--state-dir", "--enrolment-token")
                .contains("--telemetry-interval", "--probe-rate", "--health-file", "--label", "Exit status:");
    }

    @Test
    void knowsItsVersion() {
        assertThat(io.quantfleet.protocols.manifest.AgentVersion.parse(BuildVersion.current())
                        .numbers())
                .isNotEmpty();
    }

    private Optional<AgentConfig> read(String... arguments) {
        AgentOptions options = new AgentOptions();
        CommandLine.populateCommand(options, arguments);
        return options.read(faults);
    }
}
