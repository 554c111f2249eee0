package io.quantfleet.quantizer.form;

import io.quantfleet.quantizer.quantize.FloatLayer;
import io.quantfleet.quantizer.quantize.LayerReconstruction;
import java.util.List;
import java.util.Set;

/**
 * A variant that went from file to file without being in memory.
 *
 * @param method how it was made, as reports name it
 * @param quantizedNodes names of the operators whose weights are quantized
 * @param leftFloat layers whose weights are not
 * @param reconstructions how closely each layer gives what it gave, where samples were run
 * @param bytes of the model and its data
 */
public record StreamedVariant(
        String method,
        Set<String> quantizedNodes,
        List<FloatLayer> leftFloat,
        List<LayerReconstruction> reconstructions,
        long bytes) {

    public StreamedVariant {
        quantizedNodes = Set.copyOf(quantizedNodes);
        leftFloat = List.copyOf(leftFloat);
        reconstructions = List.copyOf(reconstructions);
    }
}
