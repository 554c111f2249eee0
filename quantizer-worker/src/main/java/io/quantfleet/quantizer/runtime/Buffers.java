package io.quantfleet.quantizer.runtime;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Memory that native code reads and writes without copying. */
final class Buffers {
    private Buffers() {}

    static ByteBuffer direct(long bytes) {
        if (bytes > Integer.MAX_VALUE) {
            throw new QuantizerException(
                    ReasonCode.MODEL_TOO_LARGE,
                    "a tensor of " + bytes + " bytes does not fit one buffer; use a smaller batch");
        }
        return ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.nativeOrder());
    }
}
