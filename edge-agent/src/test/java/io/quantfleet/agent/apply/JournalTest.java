package io.quantfleet.agent.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quantfleet.agent.AgentException;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.v1.DeviceState;
import io.quantfleet.protocols.v1.ReportedState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
    @TempDir
    Path directory;

    @Test
    void progressGivesWayToNewerProgressOfTheSameDeployment() {
        Journal journal = Journal.EMPTY
                .queue(report(1, "d1", DeviceState.DEVICE_STATE_FETCHING), 0)
                .queue(report(2, "d1", DeviceState.DEVICE_STATE_VERIFYING), 0);

        assertThat(journal.outbox()).extracting(ReportedState::getReportNumber).containsExactly(2L);
    }

    @Test
    void finalReportsAreNeverDropped() {
        Journal journal = Journal.EMPTY
                .queue(report(1, "d1", DeviceState.DEVICE_STATE_REFUSED), 0)
                .queue(report(2, "d2", DeviceState.DEVICE_STATE_FETCHING), 0)
                .queue(report(3, "d2", DeviceState.DEVICE_STATE_ACTIVE), 0)
                .queue(report(4, "d3", DeviceState.DEVICE_STATE_FETCHING), 0);

        assertThat(journal.outbox()).extracting(ReportedState::getReportNumber).containsExactly(1L, 3L, 4L);
    }

    @Test
    void aReportOnItsWayStaysUntilItIsDelivered() {
        Journal journal = Journal.EMPTY
                .queue(report(1, "d1", DeviceState.DEVICE_STATE_FETCHING), 0)
                .queue(report(2, "d1", DeviceState.DEVICE_STATE_VERIFYING), 1);

        assertThat(journal.outbox()).hasSize(2);
        assertThat(journal.delivered(1).outbox())
                .extracting(ReportedState::getReportNumber)
                .containsExactly(2L);
    }

    @Test
    void isReadAsItWasWritten() {
        ReportedState report = report(5, "d1", DeviceState.DEVICE_STATE_SELF_TESTING);
        Journal journal =
                Journal.EMPTY.dealtWith(Sha256.of(new byte[] {1})).at(report, 2).queue(report, 0);
        JournalFile file = new JournalFile(directory.resolve("journal"));
        assertThat(file.load()).isEqualTo(Journal.EMPTY);

        file.store(journal);

        assertThat(new JournalFile(directory.resolve("journal")).load()).isEqualTo(journal);
    }

    @Test
    void aDamagedJournalIsRefusedWithItsName() throws IOException {
        Path file = directory.resolve("journal");
        Files.writeString(file, "lastReport=many\n");

        assertThatThrownBy(() -> new JournalFile(file).load())
                .isInstanceOf(AgentException.class)
                .hasMessageContaining(file.toString());
    }

    private static ReportedState report(long number, String deploymentId, DeviceState state) {
        return ReportedState.newBuilder()
                .setReportNumber(number)
                .setDeploymentId(deploymentId)
                .setState(state)
                .build();
    }
}
