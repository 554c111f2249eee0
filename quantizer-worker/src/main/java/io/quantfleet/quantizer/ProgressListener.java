package io.quantfleet.quantizer;

/** Hears how far a step has come. Called on the thread that does the work, so it should return at once. */
@FunctionalInterface
public interface ProgressListener {

    /** A listener that ignores what it hears. */
    ProgressListener NONE = fraction -> {};

    /**
     * A part of the step is done. A listener that wants the work to stop throws a {@link QuantizerException} with
     * {@link io.quantfleet.protocols.ReasonCode#CANCELLED}.
     *
     * @param fraction of the step, from 0 to 1
     */
    void progressed(double fraction);
}
