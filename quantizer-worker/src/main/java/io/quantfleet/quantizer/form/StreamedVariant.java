package io.quantfleet.quantizer.form;

import io.quantfleet.quantizer.quantize.FloatLayer;
import java.util.List;
import java.util.Set;

/**
 * A variant that went from file to file without being in memory.
 *
 * @param method how it was made, as reports name it
 * @param quantizedNodes names of the operators whose weights are quantized
 * @param leftFloat layers whose weights are not
 * @param bytes of the model and its data
 */
public record StreamedVariant(String method, Set<String> quantizedNodes, List<FloatLayer> leftFloat, long bytes) {

    public StreamedVariant {
        quantizedNodes = Set.copyOf(quantizedNodes);
        leftFloat = List.copyOf(leftFloat);
    }
}
