package io.quantfleet.quantizer.train;

import io.quantfleet.quantizer.onnx.OnnxModel;
import java.util.List;

/**
 * What a training gave.
 *
 * @param model the variant with trained weights and scales
 * @param curve how it came about, an interrupted beginning included
 * @param fakeQuantizedAccuracy on the held-out samples where it was trained, 0 to 1
 * @param exportedAccuracy the same in ONNX Runtime
 */
public record Trained(
        OnnxModel model, List<TrainingPoint> curve, double fakeQuantizedAccuracy, double exportedAccuracy) {
    public Trained {
        curve = List.copyOf(curve);
    }
}
