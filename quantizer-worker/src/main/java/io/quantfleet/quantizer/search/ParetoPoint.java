package io.quantfleet.quantizer.search;

import io.quantfleet.quantizer.evaluate.Fidelity;
import io.quantfleet.quantizer.target.Precision;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A variant that accuracy was bought with time or size for.
 *
 * @param name what it is, in a few words
 * @param layers by name, the layers of a static INT8 variant that have another precision
 * @param bytes its size
 * @param latencyMs one inference with one thread, estimated from single operators: those of the device class's table, or
 *     measured on this machine
 * @param heldOut how closely it follows FP32 on held-out samples
 * @param onFront whether no other variant is at once as small, as fast and closer to FP32
 * @param taken whether it was chosen
 */
public record ParetoPoint(
        String name,
        Map<String, Precision> layers,
        long bytes,
        double latencyMs,
        Fidelity heldOut,
        boolean onFront,
        boolean taken) {

    public ParetoPoint {
        layers = Collections.unmodifiableMap(new LinkedHashMap<>(layers));
    }
}
