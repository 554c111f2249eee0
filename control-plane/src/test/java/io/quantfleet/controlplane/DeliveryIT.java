package io.quantfleet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.controlplane.testing.Api;
import io.quantfleet.controlplane.testing.EmbeddedParts;
import io.quantfleet.controlplane.testing.FakeDevice;
import io.quantfleet.controlplane.testing.FakeWorker;
import io.quantfleet.controlplane.testing.Story;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.artifact.ChunkRef;
import io.quantfleet.protocols.artifact.ObjectStore;
import io.quantfleet.protocols.delta.DeltaDecoder;
import io.quantfleet.protocols.v1.ChunkedArtifact;
import io.quantfleet.protocols.v1.DeviceState;
import io.quantfleet.protocols.v1.Manifest;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is on the broker for devices: deltas from what they serve, and no chunk that nobody needs any more. */
@QuarkusTest
@WithTestResource(EmbeddedParts.class)
class DeliveryIT {
    private static final int VARIANT_BYTES = 700_000;

    @ConfigProperty(name = "quantfleet.kafka.bootstrap-servers")
    String bootstrapServers;

    @Inject
    ObjectStore store;

    @TempDir
    Path directory;

    private FakeWorker worker;

    @BeforeEach
    void start() {
        Api.awaitReady();
        worker = new FakeWorker(bootstrapServers);
    }

    @AfterEach
    void stop() {
        worker.close();
    }

    @Test
    void aDeviceIsOfferedTheWayFromWhatItServesAndOldChunksGo() throws Exception {
        byte[] before = new byte[VARIANT_BYTES];
        new Random(5).nextBytes(before);
        byte[] after = nudged(before);
        Api.createFleet("delta-fleet");
        Story.quantizedModel(worker, store, "delta-before", before);
        try (FakeDevice device = Story.enrol("delta-fleet", "delta-1")) {
            String first = Story.startRollout("delta-fleet", "delta-before", 1);
            Manifest served = device.awaitManifest(0);
            assertThat(device.fetch(served.getVariant())).isEqualTo(before);
            device.report(served, DeviceState.DEVICE_STATE_ACTIVE);
            Story.awaitRollout(first, "FINISHED");

            Story.quantizedModel(worker, store, "delta-after", after);
            String second = Story.startRollout("delta-fleet", "delta-after", 1);
            Manifest offered = device.awaitManifest(served.getSequence());

            assertThat(offered.getDelta().getFrom())
                    .isEqualTo(served.getVariant().getArtifact());
            byte[] patch = device.fetch(offered.getDelta().getPatch());
            assertThat(patch.length).isLessThan(VARIANT_BYTES / 4);
            ByteArrayOutputStream made = new ByteArrayOutputStream();
            DeltaDecoder.apply(
                    Files.write(directory.resolve("before"), before),
                    new ByteArrayInputStream(patch),
                    after.length,
                    made);
            assertThat(made.toByteArray()).isEqualTo(after);
            assertThat(device.fetch(offered.getVariant()))
                    .as("the chunks are there, too, for a device whose delta fails")
                    .isEqualTo(after);
            device.report(offered, DeviceState.DEVICE_STATE_ACTIVE);
            Story.awaitRollout(second, "FINISHED");
            assertThat(Api.get("rollouts/" + second).getLong("bytes.delivered")).isEqualTo(1000);

            Set<Sha256> gone = names(served.getVariant());
            gone.removeAll(names(offered.getVariant()));
            assertThat(gone).isNotEmpty();
            Story.eventually(() -> assertThat(gone).noneMatch(device::hasChunk));
            assertThat(names(offered.getVariant())).allMatch(device::hasChunk);
            assertThat(device.fetchAnew(offered.getProbeSet()))
                    .as("named by other manifests")
                    .isNotEmpty();

            Manifest again = rollOutAgain(device, offered);
            assertThat(device.fetchAnew(again.getVariant()))
                    .as("withdrawn, and there again")
                    .isEqualTo(before);
        }
    }

    /** Goes back to the first version, whose chunks have been withdrawn. */
    private static Manifest rollOutAgain(FakeDevice device, Manifest last) {
        Story.startRollout("delta-fleet", "delta-before", 1);
        return device.awaitManifest(last.getSequence());
    }

    private static Set<Sha256> names(ChunkedArtifact artifact) {
        return artifact.getChunksList().stream()
                .map(chunk -> ChunkRef.of(chunk).name())
                .collect(Collectors.toSet());
    }

    private static byte[] nudged(byte[] content) {
        byte[] next = content.clone();
        Random random = new Random(6);
        for (int i = 0; i < next.length; i++) {
            if (random.nextInt(50) == 0) {
                next[i]++;
            }
        }
        return next;
    }
}
