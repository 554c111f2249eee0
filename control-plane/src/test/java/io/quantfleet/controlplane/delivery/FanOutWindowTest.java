package io.quantfleet.controlplane.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.controlplane.rollout.Deliverable;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.v1.ArtifactRef;
import io.quantfleet.protocols.v1.ChunkedArtifact;
import io.quantfleet.protocols.v1.Manifest;
import io.quantfleet.protocols.v1.SignedManifest;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FanOutWindowTest {
    private static final long MIB = 1 << 20;

    @Test
    void admitsAsManyAsMayAskAtTheSameTime() {
        List<Deliverable> waiting = waiting(500, 4 * MIB);

        List<Deliverable> admitted = FanOutWindow.admit(waiting, 0);

        assertThat(admitted).hasSize(128).isEqualTo(waiting.subList(0, 128));
    }

    @Test
    void leavesRoomForThoseThatAreUnderWay() {
        assertThat(FanOutWindow.admit(waiting(500, 4 * MIB), 60 * MIB)).hasSize(8);
        assertThat(FanOutWindow.admit(waiting(500, 4 * MIB), 64 * MIB)).isEmpty();
        assertThat(FanOutWindow.admit(waiting(500, 4 * MIB), 90 * MIB)).isEmpty();
    }

    @Test
    void smallVariantsGoToManyAtOnce() {
        assertThat(FanOutWindow.admit(waiting(2000, 64 << 10), 0)).hasSize(1024);
        assertThat(FanOutWindow.admit(waiting(10, 64 << 10), 0)).hasSize(10);
    }

    private static List<Deliverable> waiting(int devices, long bytes) {
        ChunkedArtifact variant = ChunkedArtifact.newBuilder()
                .setArtifact(ArtifactRef.newBuilder().setSize(bytes))
                .build();
        SignedManifest manifest = SignedManifest.newBuilder()
                .setManifest(Manifest.newBuilder().setVariant(variant).build().toByteString())
                .build();
        return IntStream.range(0, devices)
                .mapToObj(number ->
                        new Deliverable(UUID.randomUUID(), UUID.randomUUID(), new DeviceId("cam-" + number), manifest))
                .toList();
    }
}
