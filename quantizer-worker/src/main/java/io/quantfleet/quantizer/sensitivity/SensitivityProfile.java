package io.quantfleet.quantizer.sensitivity;

import io.quantfleet.quantizer.evaluate.Fidelity;
import java.util.List;

/**
 * How each layer of a model takes quantization.
 *
 * @param quantized how closely the model follows FP32 with all layers quantized, on the samples that layers were spared on
 * @param layers in the order of the graph
 * @param samples how many samples each layer was quantized alone on
 * @param seconds what it took
 */
public record SensitivityProfile(Fidelity quantized, List<LayerSensitivity> layers, int samples, double seconds) {

    public SensitivityProfile {
        layers = List.copyOf(layers);
    }
}
