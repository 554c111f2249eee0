package io.quantfleet.quantizer;

/**
 * The one exception of this module: the input can't be quantized, or the infrastructure failed. {@link #code()} says
 * which; the message names the file, tensor or node at fault, and the remedy where there is one.
 */
public final class QuantizerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final FailureCode code;

    /** An exception that nothing else caused. */
    public QuantizerException(FailureCode code, String message) {
        super(message);
        this.code = code;
    }

    /** An exception that {@code cause} led to. */
    public QuantizerException(FailureCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** The stable reason. */
    public FailureCode code() {
        return code;
    }
}
