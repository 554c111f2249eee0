package io.quantfleet.quantizer.train;

import io.quantfleet.quantizer.onnx.OnnxModel;
import java.util.List;

/**
 * What a training gave.
 *
 * @param model the variant with trained weights and scales
 * @param curve how it came about, an interrupted beginning included
 */
public record Trained(OnnxModel model, List<TrainingPoint> curve) {
    public Trained {
        curve = List.copyOf(curve);
    }
}
