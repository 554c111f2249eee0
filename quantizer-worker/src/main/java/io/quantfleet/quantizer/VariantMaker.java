package io.quantfleet.quantizer;

import io.quantfleet.quantizer.dataset.ModelDescription;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Quantizes a model for one device class, and leaves the judging to others. */
@FunctionalInterface
interface VariantMaker {

    /**
     * Makes a variant.
     *
     * @param source what to make it of; stays as it is
     * @param profile what the variant shall run on
     * @param target the file to write
     * @param listener hears of the part of the work that takes time
     * @throws QuantizerException if it can't be done
     */
    MadeVariant make(Source source, DeviceClassProfile profile, Path target, MakingListener listener);

    /**
     * What variants are made of.
     *
     * @param original the FP32 model
     * @param sampleShapes by input, the dimensions of one sample
     * @param calibration samples to find ranges with
     */
    record Source(OnnxModel original, Map<String, List<Long>> sampleShapes, SampleSource calibration) {
        public Source {
            sampleShapes = Map.copyOf(sampleShapes);
        }

        static Source of(OnnxModel original, ModelDescription description, SampleSource calibration) {
            Map<String, List<Long>> shapes = new LinkedHashMap<>();
            description
                    .inputs()
                    .forEach(input -> shapes.put(
                            input.name(),
                            input.sampleShape().stream().map(Integer::longValue).toList()));
            return new Source(original, shapes, calibration);
        }
    }

    /** Hears how far the making of a variant is. */
    @FunctionalInterface
    interface MakingListener {
        void progressed(QuantizationProgress.Step step, double fractionOfStep);
    }

    /**
     * How it went.
     *
     * @param method how the variant was quantized, in a few words
     * @param calibrateSeconds wall-clock time for finding ranges
     * @param quantizeSeconds wall-clock time for rewriting, writing and checking
     */
    record MadeVariant(String method, double calibrateSeconds, double quantizeSeconds) {}
}
