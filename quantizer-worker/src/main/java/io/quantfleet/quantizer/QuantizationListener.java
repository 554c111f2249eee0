package io.quantfleet.quantizer;

/** Hears how far a request is, on the thread that asked for it. */
@FunctionalInterface
public interface QuantizationListener {

    /**
     * Called at every step and a few times a second. A listener that wants the work to stop throws a
     * {@link QuantizerException} with {@link io.quantfleet.protocols.ReasonCode#CANCELLED}.
     */
    void progressed(QuantizationProgress progress);
}
