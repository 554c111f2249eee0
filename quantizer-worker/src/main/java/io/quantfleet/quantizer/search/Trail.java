package io.quantfleet.quantizer.search;

import io.quantfleet.quantizer.quantize.FloatLayer;
import io.quantfleet.quantizer.quantize.LayerReconstruction;
import io.quantfleet.quantizer.quantize.TensorClip;
import io.quantfleet.quantizer.sensitivity.SensitivityProfile;
import io.quantfleet.quantizer.train.TrainingPoint;
import java.util.List;
import java.util.Optional;

/**
 * How a variant came about: everything that a report tells beyond the variant's own figures. Immutable.
 *
 * @param method the variant's method, in a few words
 * @param techniques what it was made with
 * @param calibrationSamples how many samples ranges were found with
 * @param heldOutSamples how many samples were chosen by
 * @param rungs the rungs climbed, in this order
 * @param leftFloat operators that stayed in FP32, and why
 * @param clips the ranges of quantized tensors
 * @param sensitivity how each layer takes quantization; empty where nobody needed to know
 * @param paretoFront variants that accuracy was bought with time or size for; empty where that was not needed
 * @param reconstructions how closely layers give what they gave, where the method minds that
 * @param training how its training went; empty where it was not trained
 */
public record Trail(
        String method,
        List<String> techniques,
        int calibrationSamples,
        int heldOutSamples,
        List<Rung> rungs,
        List<FloatLayer> leftFloat,
        List<TensorClip> clips,
        Optional<SensitivityProfile> sensitivity,
        List<ParetoPoint> paretoFront,
        List<LayerReconstruction> reconstructions,
        List<TrainingPoint> training) {

    public Trail {
        techniques = List.copyOf(techniques);
        rungs = List.copyOf(rungs);
        leftFloat = List.copyOf(leftFloat);
        clips = List.copyOf(clips);
        paretoFront = List.copyOf(paretoFront);
        reconstructions = List.copyOf(reconstructions);
        training = List.copyOf(training);
    }

    /** Of a variant of which nothing but the method is known. */
    public static Trail of(String method) {
        return new Trail(
                method,
                List.of(),
                0,
                0,
                List.of(),
                List.of(),
                List.of(),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of());
    }
}
