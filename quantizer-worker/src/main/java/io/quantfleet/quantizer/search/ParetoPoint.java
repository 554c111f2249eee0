package io.quantfleet.quantizer.search;

import io.quantfleet.quantizer.evaluate.Fidelity;
import java.util.List;

/**
 * A variant of mixed precision.
 *
 * @param floatLayers the layers left in FP32
 * @param bytes its size
 * @param latencyMs the median of one inference on this machine with one thread; estimated from single operators
 * @param heldOut how closely it follows FP32 on held-out samples
 * @param onFront whether no other variant is at once as small, as fast and closer to FP32
 * @param taken whether it was chosen
 */
public record ParetoPoint(
        List<String> floatLayers, long bytes, double latencyMs, Fidelity heldOut, boolean onFront, boolean taken) {

    public ParetoPoint {
        floatLayers = List.copyOf(floatLayers);
    }
}
