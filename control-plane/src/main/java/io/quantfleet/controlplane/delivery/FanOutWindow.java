package io.quantfleet.controlplane.delivery;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quantfleet.controlplane.rollout.Deliverable;
import io.quantfleet.protocols.v1.Manifest;
import java.util.List;

/**
 * Bounds how much devices ask of the broker at the same time. A broker holds every chunk that it is about to send once for
 * every device that asked for it; a fleet that is told of a new variant all at once asks for more than its memory, and a
 * broker short of memory drops messages. So manifests go out in waves: the next devices are told as those before them
 * have what they need. See {@code docs/decisions/0016-manifests-in-waves.md}.
 */
final class FanOutWindow {
    /** What a device asks for at the same time, at most: two chunks. */
    static final long BYTES_PER_DEVICE = 512 << 10;

    /** 128 devices with large variants, a thousand with small ones. */
    private static final long BYTES_AT_ONCE = 64L << 20;

    private FanOutWindow() {}

    /**
     * Those that may go out now: as many from the beginning as there is room for.
     *
     * @param underway bytes that devices ask for at the moment, at most
     */
    static List<Deliverable> admit(List<Deliverable> waiting, long underway) {
        long room = BYTES_AT_ONCE - underway;
        int admitted = 0;
        while (admitted < waiting.size() && room > 0) {
            room -= Math.min(BYTES_PER_DEVICE, bytes(waiting.get(admitted)));
            admitted++;
        }
        return waiting.subList(0, admitted);
    }

    private static long bytes(Deliverable deliverable) {
        try {
            return Manifest.parseFrom(deliverable.manifest().getManifest())
                    .getVariant()
                    .getArtifact()
                    .getSize();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(
                    "the manifest of deployment " + deliverable.deploymentId() + " doesn't parse", e);
        }
    }
}
