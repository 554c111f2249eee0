package io.quantfleet.cli.simulate;

import io.netty.buffer.ByteBuf;
import java.util.Optional;
import java.util.function.IntFunction;

/** A message on its way from the network to its device, which may be gone before it gets there. Safe for use by several threads. */
final class Arrival {
    private final EventLoop.Load load;
    private Optional<ByteBuf> payload;

    /** @param load released together with the payload */
    Arrival(ByteBuf payload, EventLoop.Load load) {
        this.payload = Optional.of(payload.retain());
        this.load = load;
    }

    /**
     * Its bytes, for the one that takes them; nothing if it was dropped.
     *
     * @param arrays gives an array of a length
     */
    synchronized Optional<byte[]> take(IntFunction<byte[]> arrays) {
        Optional<byte[]> bytes = payload.map(from -> {
            byte[] to = arrays.apply(from.readableBytes());
            from.readBytes(to);
            return to;
        });
        release();
        return bytes;
    }

    /** It has been dealt with, or nobody wants it any more. */
    synchronized void close() {
        release();
        load.close();
    }

    private void release() {
        payload.ifPresent(ByteBuf::release);
        payload = Optional.empty();
    }
}
