package io.quantfleet.controlplane.delivery;

import io.quantfleet.protocols.artifact.Chunker;

/**
 * Bounds how much devices ask of the broker at the same time. A broker holds every chunk that it is about to send once for
 * every device that asked for it; a fleet that is told of a new variant all at once asks for more than its memory, and a
 * broker short of memory drops messages. So manifests go out in waves: the next devices are told as those before them
 * have what they need. See {@code docs/decisions/0016-manifests-in-waves.md}.
 */
final class FanOutWindow {
    /** What a device asks for at the same time: three chunks, of half the largest size on average. */
    static final long BYTES_PER_DEVICE = 3L * Chunker.DEFAULT_CHUNK_BYTES / 2;

    /** 170 devices with large variants, four thousand with small ones. */
    private static final long BYTES_AT_ONCE = 256L << 20;

    private FanOutWindow() {}

    /**
     * How many manifests may go out now, whatever the size of their variants. With small ones there may be room for more
     * afterwards.
     *
     * @param underway bytes that devices ask for at the moment, at most
     */
    static int room(long underway) {
        return (int) Math.max(0, (BYTES_AT_ONCE - underway) / BYTES_PER_DEVICE);
    }
}
