package io.quantfleet.quantizer.search;

import io.quantfleet.quantizer.calibration.StatisticsCache;
import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelDescription;
import io.quantfleet.quantizer.evaluate.AccuracyGate;
import io.quantfleet.quantizer.evaluate.HeldOut;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.sensitivity.ProfileCache;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a search works with, whatever the device class.
 *
 * @param original the FP32 model
 * @param description what it takes and gives
 * @param calibration samples to find ranges with
 * @param chosenBy samples to choose by
 * @param heldOut the same, decoded, with FP32's answers
 * @param training samples to train with; empty where there are none
 * @param checkpoints the directory in which trainings note how far they are; empty where they don't
 * @param gate measures accuracy on the validation samples
 * @param threads how many threads compute
 * @param kept where what calibration samples show is kept between runs
 * @param profiles where profiles of sensitivities are kept between runs
 */
public record SearchSetting(
        OnnxModel original,
        ModelDescription description,
        LabelledSamples calibration,
        LabelledSamples chosenBy,
        HeldOut heldOut,
        Optional<LabelledSamples> training,
        Optional<Path> checkpoints,
        AccuracyGate gate,
        int threads,
        Optional<StatisticsCache> kept,
        Optional<ProfileCache> profiles) {

    /** By input, the dimensions of one sample. */
    public Map<String, List<Long>> sampleShapes() {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        description
                .inputs()
                .forEach(input -> shapes.put(
                        input.name(),
                        input.sampleShape().stream().map(Integer::longValue).toList()));
        return shapes;
    }
}
