package io.quantfleet.quantizer.train;

/** Hears how a training fares, on the thread that trains. */
public interface TrainingListener {

    /**
     * Called after every few steps. A listener that wants the training to stop throws a
     * {@link io.quantfleet.quantizer.QuantizerException} with {@link io.quantfleet.protocols.ReasonCode#CANCELLED}.
     *
     * @param fraction of the whole training, 0 to 1
     */
    void progressed(double fraction);

    /** Called whenever accuracy was measured. */
    default void trained(TrainingPoint point) {}
}
