package io.quantfleet.agent.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quantfleet.agent.AgentException;
import io.quantfleet.agent.testkit.TestDeployment;
import io.quantfleet.agent.testkit.faults.FaultyFileSystemProvider;
import io.quantfleet.agent.testkit.faults.FileFaults;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.v1.DeviceState;
import io.quantfleet.protocols.v1.ReportedState;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Disks that are full, worn out or wrong: what serves serves on, and what can't be done is reported once it can be. */
class FailingDiskTest implements FileFaults {
    private static final Set<Step> WRITES = EnumSet.of(Step.CREATE, Step.HALF, Step.FORCE, Step.DIRECTORY);
    /** After so many ticks what failed has been tried again. */
    private static final int RETRIED = 20;

    @TempDir
    Path directory;

    private String fullFrom = "";
    private boolean full;
    private boolean readOnly;

    @Override
    public void at(Step step, Path file) throws IOException {
        String point = step + " " + directory.relativize(Path.of(file.toString()));
        full |= !fullFrom.isEmpty() && point.matches(fullFrom);
        if (full && WRITES.contains(step)) {
            throw new FileSystemException(file.toString(), null, "No space left on device");
        }
        if (readOnly && (WRITES.contains(step) || step == Step.MOVE || step == Step.DELETE)) {
            throw new FileSystemException(file.toString(), null, "Read-only file system");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE state/deployment.manifest.tmp",
                "HALF state/deployment.manifest.tmp",
                "HALF state/journal.tmp",
                "CREATE state/chunks/.*",
                "HALF state/chunks/.*",
                "CREATE state/slots/./model.onnx",
                "HALF state/slots/./model.onnx",
                "HALF state/slots/./probe-set.pb",
                "HALF state/slots/./manifest.tmp",
                "HALF state/slots/current.tmp"
            })
    void endsWithOneReportWhereverTheDiskFillsUp(String point) throws Exception {
        TestDevice device = new TestDevice(onFaultyDisk());
        TestDeployment first = install(device, "d1", 1);
        TestDeployment second = TestDeployment.of(TestDevice.DEVICE, "d2", 2);

        fullFrom = point;
        device.desire(second);
        device.receive(second.chunks());
        device.tick(RETRIED);
        assertThat(full).as("the point was reached").isTrue();
        assertThat(device.manifest()).as("serves on").contains(first.manifest());

        fullFrom = "";
        full = false;
        device.clock.advance(Duration.ofMinutes(1));
        device.tick(RETRIED);
        device.receive(second.chunks());
        device.tick(RETRIED);

        assertThat(device.finalReports("d2")).hasSize(1);
        ReportedState last = device.finalReports("d2").get(0);
        if (last.getState() == DeviceState.DEVICE_STATE_ACTIVE) {
            assertThat(device.manifest()).contains(second.manifest());
        } else {
            assertThat(last.getReasonCode()).isEqualTo(ReasonCode.STORAGE_FAILED.name());
            assertThat(last.getReason()).contains("No space left on device");
            assertThat(device.manifest()).contains(first.manifest());
        }
        device.restart();
        assertThat(device.manifest().map(manifest -> manifest.getDeploymentId()))
                .contains(last.getState() == DeviceState.DEVICE_STATE_ACTIVE ? "d2" : "d1");
        assertThat(install(device, "d3", 3)).isNotNull();
        assertThat(unfinishedFiles()).isZero();
    }

    @Test
    void servesOnAndRetriesWhereTheDirectoryHasBecomeReadOnly() throws Exception {
        TestDevice device = new TestDevice(onFaultyDisk());
        TestDeployment first = install(device, "d1", 1);
        TestDeployment second = TestDeployment.of(TestDevice.DEVICE, "d2", 2);

        readOnly = true;
        device.desire(second);
        device.receive(second.chunks());
        device.tick(3 * RETRIED);
        assertThat(device.manifest()).contains(first.manifest());
        assertThat(device.finalReports("d2")).isEmpty();

        readOnly = false;
        device.tick(RETRIED);
        device.receive(second.chunks());
        assertThat(device.finalReports("d2"))
                .extracting(ReportedState::getState)
                .containsExactly(DeviceState.DEVICE_STATE_ACTIVE);
        assertThat(device.manifest()).contains(second.manifest());
    }

    @Test
    void doesNotStartOnAReadOnlyDirectory() throws Exception {
        TestDevice device = new TestDevice(onFaultyDisk());
        device.stop();
        readOnly = true;

        assertThatThrownBy(device::boot)
                .isInstanceOf(AgentException.class)
                .hasMessageContaining("can't be used")
                .hasMessageContaining("Read-only");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 20, 60, 100})
    void goesOnWithoutAJournalThatIsDamaged(int at) throws Exception {
        TestDevice device = new TestDevice(onFaultyDisk());
        TestDeployment first = install(device, "d1", 1);
        long lastNumber = device.lastReport().getReportNumber();
        device.crash();
        Path journal = directory.resolve("state/journal");
        byte[] content = Files.readAllBytes(journal);
        content[at * (content.length - 1) / 100] ^= 0x15;
        Files.write(journal, content);

        device.boot();

        assertThat(device.lastReport().getState()).isEqualTo(DeviceState.DEVICE_STATE_ACTIVE);
        assertThat(device.lastReport().getReportNumber()).isGreaterThan(lastNumber);
        assertThat(device.manifest()).contains(first.manifest());
        device.desire(TestDeployment.of(TestDevice.DEVICE, "d0", 1));
        assertThat(device.lastReport().getReasonCode())
                .as("what was replayed stays refused")
                .isEqualTo(ReasonCode.MANIFEST_REPLAYED.name());
        install(device, "d2", 2);
    }

    @Test
    void aJournalThatWasCutOffIsDamagedToo() throws Exception {
        TestDevice device = new TestDevice(onFaultyDisk());
        install(device, "d1", 1);
        device.crash();
        Files.write(directory.resolve("state/journal"), new byte[0]);

        device.boot();

        assertThat(directory.resolve("state/journal.damaged")).exists();
        install(device, "d2", 2);
    }

    private TestDeployment install(TestDevice device, String id, long sequence) {
        TestDeployment deployment = TestDeployment.of(TestDevice.DEVICE, id, sequence);
        device.desire(deployment);
        device.receive(deployment.chunks());
        assertThat(device.manifest()).contains(deployment.manifest());
        return deployment;
    }

    private Path onFaultyDisk() {
        return new FaultyFileSystemProvider(FileSystems.getDefault().provider(), this).wrap(directory.resolve("state"));
    }

    private long unfinishedFiles() throws IOException {
        try (var files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".tmp")).count();
        }
    }
}
