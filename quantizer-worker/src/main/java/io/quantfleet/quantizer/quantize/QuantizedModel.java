package io.quantfleet.quantizer.quantize;

import io.quantfleet.quantizer.onnx.OnnxModel;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * A variant before anyone has judged it.
 *
 * @param model the quantized model
 * @param method how it was made, as reports name it
 * @param quantizedNodes names of the operators that compute on quantized tensors
 * @param leftFloat operators on floats that are not quantized
 * @param clips the ranges of its quantized tensors, in the order of the graph
 * @param calibrating how long calibration took
 * @param quantizing how long everything else took
 * @param reconstructions how closely layers give what they gave, where the method minds that
 */
public record QuantizedModel(
        OnnxModel model,
        String method,
        Set<String> quantizedNodes,
        List<FloatLayer> leftFloat,
        List<TensorClip> clips,
        Duration calibrating,
        Duration quantizing,
        List<LayerReconstruction> reconstructions) {

    public QuantizedModel {
        quantizedNodes = Set.copyOf(quantizedNodes);
        leftFloat = List.copyOf(leftFloat);
        clips = List.copyOf(clips);
        reconstructions = List.copyOf(reconstructions);
    }

    /** One by a method that does not mind what single layers give. */
    public QuantizedModel(
            OnnxModel model,
            String method,
            Set<String> quantizedNodes,
            List<FloatLayer> leftFloat,
            List<TensorClip> clips,
            Duration calibrating,
            Duration quantizing) {
        this(model, method, quantizedNodes, leftFloat, clips, calibrating, quantizing, List.of());
    }

    /** The same with its graph rewritten further. */
    public QuantizedModel withModel(OnnxModel rewritten) {
        return new QuantizedModel(
                rewritten, method, quantizedNodes, leftFloat, clips, calibrating, quantizing, reconstructions);
    }

    /** The same with how closely its layers give what they gave. */
    public QuantizedModel withReconstructions(List<LayerReconstruction> layers) {
        return new QuantizedModel(model, method, quantizedNodes, leftFloat, clips, calibrating, quantizing, layers);
    }
}
