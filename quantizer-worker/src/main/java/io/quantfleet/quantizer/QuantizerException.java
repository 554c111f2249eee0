package io.quantfleet.quantizer;

import io.quantfleet.protocols.ReasonCode;

/**
 * The one exception of this module: the input can't be quantized, or the infrastructure failed. {@link #code()} says
 * which; the message names the file, tensor or node at fault, and the remedy where there is one.
 */
public final class QuantizerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ReasonCode code;

    /** An exception that nothing else caused. */
    public QuantizerException(ReasonCode code, String message) {
        super(message);
        this.code = code;
    }

    /** An exception that {@code cause} led to. */
    public QuantizerException(ReasonCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** The stable reason. */
    public ReasonCode code() {
        return code;
    }
}
