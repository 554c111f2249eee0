package io.quantfleet.quantizer;

import io.quantfleet.quantizer.search.Rung;
import io.quantfleet.quantizer.train.TrainingPoint;

/** Hears how far a request is, on the thread that asked for it. */
@FunctionalInterface
public interface QuantizationListener {

    /**
     * Called at every step and a few times a second. A listener that wants the work to stop throws a
     * {@link QuantizerException} with {@link io.quantfleet.protocols.ReasonCode#CANCELLED}.
     */
    void progressed(QuantizationProgress progress);

    /**
     * Called when a rung of the ladder is done.
     *
     * @param deviceClass for which variant
     */
    default void climbed(String deviceClass, Rung rung) {}

    /**
     * Called while a variant is trained, whenever its accuracy was measured.
     *
     * @param deviceClass for which variant
     */
    default void trained(String deviceClass, TrainingPoint point) {}
}
