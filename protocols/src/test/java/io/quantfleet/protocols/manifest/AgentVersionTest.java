package io.quantfleet.protocols.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AgentVersionTest {
    @Test
    void ordersAsVersionsNotAsText() {
        assertThat(Stream.of("1.10.0", "1.2", "", "2.0.0-rc.1", "2.0.0", "1.2.0-SNAPSHOT")
                        .map(AgentVersion::parse)
                        .sorted())
                .containsExactly(
                        AgentVersion.parse(""),
                        AgentVersion.parse("1.2.0-SNAPSHOT"),
                        AgentVersion.parse("1.2"),
                        AgentVersion.parse("1.10.0"),
                        AgentVersion.parse("2.0.0-rc.1"),
                        AgentVersion.parse("2.0.0"));
    }

    @Test
    void refusesWhatIsNoVersion() {
        assertThatThrownBy(() -> AgentVersion.parse("latest")).hasMessageContaining("not a version: 'latest'");
    }
}
