package io.quantfleet.agent.slot;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.quantfleet.agent.testkit.TestDeployment;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.artifact.ChunkRef;
import io.quantfleet.protocols.v1.Chunk;
import io.quantfleet.protocols.v1.ChunkedArtifact;
import io.quantfleet.protocols.v1.SignedManifest;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SlotsTest {
    private static final DeviceId DEVICE = new DeviceId("cam-1");

    @TempDir
    Path directory;

    private Slots slots;

    @BeforeEach
    void open() throws IOException {
        slots = new Slots(directory);
    }

    @Test
    void hasNoCurrentSlotBeforeTheFirstModel() throws IOException {
        assertThat(slots.current()).isEmpty();
        assertThat(recovered()).isEmpty();
    }

    @Test
    void takesTurns() throws IOException {
        Slot first = install(1);
        Slot second = install(2);

        assertThat(first).isNotEqualTo(second);
        assertThat(slots.current()).contains(second);
        assertThat(slots.inactive()).isEqualTo(first);
        assertThat(recovered()).contains("d2");
    }

    @Test
    void remembersTheCurrentSlotOverARestart() throws IOException {
        install(1);

        open();

        assertThat(recovered()).contains("d1");
    }

    @Test
    void whatIsWrittenBesideDoesNotServeUntilTheSwitch() throws IOException {
        install(1);
        Slot next = slots.inactive();
        write(next, TestDeployment.of(DEVICE, "d2", 2));

        open();

        assertThat(recovered()).contains("d1");
    }

    @Test
    void fallsBackToTheSlotBeforeIfTheCurrentOneIsDamaged() throws IOException {
        install(1);
        Slot second = install(2);
        Files.write(second.model(), new byte[] {1});

        assertThat(recovered()).contains("d1");
        assertThat(slots.inactive().toString()).isEqualTo(second.toString());
    }

    @Test
    void fallsBackToTheSlotBeforeIfTheCurrentOneCanNotBeLoaded() throws IOException {
        install(1);
        install(2);

        Optional<String> opened = slots.recover(
                installed -> Optional.of(installed.manifest().getDeploymentId()).filter(id -> !id.equals("d2")));

        assertThat(opened).contains("d1");
    }

    @Test
    void servesNothingIfBothAreDamaged() throws IOException {
        Files.delete(install(1).probeSet());
        Files.delete(install(2).probeSet());

        assertThat(recovered()).isEmpty();
        assertThat(slots.current()).isEmpty();
    }

    @Test
    void aSlotThatIsBeingWrittenIsNotComplete() throws IOException {
        Slot slot = install(1);

        slot.clear();

        assertThat(slot.manifest()).isEmpty();
        assertThat(slot.model()).doesNotExist();
    }

    private Optional<String> recovered() throws IOException {
        return slots.recover(installed -> Optional.of(installed.manifest().getDeploymentId()));
    }

    private Slot install(long sequence) throws IOException {
        Slot slot = slots.inactive();
        slot.clear();
        write(slot, TestDeployment.of(DEVICE, "d" + sequence, sequence));
        slots.switchOver();
        return slot;
    }

    private static void write(Slot slot, TestDeployment deployment) throws IOException {
        write(slot.model(), deployment.manifest().getVariant(), deployment);
        write(slot.probeSet(), deployment.manifest().getProbeSet(), deployment);
        slot.complete(SignedManifest.newBuilder()
                .setManifest(ByteString.copyFrom(deployment.manifest().toByteArray()))
                .build());
    }

    private static void write(Path file, ChunkedArtifact artifact, TestDeployment deployment) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            for (Chunk chunk : artifact.getChunksList()) {
                ChunkRef ref = ChunkRef.of(chunk);
                out.write(ref.decode(deployment.chunks().get(ref.name())).orElseThrow());
            }
        }
    }
}
