package io.quantfleet.quantizer;

import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import java.nio.file.Path;

/** Quantizes a model for one device class, and leaves the judging to others. */
@FunctionalInterface
interface VariantMaker {

    /**
     * Makes a variant.
     *
     * @param original the FP32 model, which stays as it is
     * @param profile what the variant shall run on
     * @param calibration samples to find ranges with
     * @param target the file to write
     * @param listener hears of the part of the work that takes time
     * @throws QuantizerException if it can't be done
     */
    MadeVariant make(
            OnnxModel original,
            DeviceClassProfile profile,
            SampleSource calibration,
            Path target,
            MakingListener listener);

    /** Hears how far the making of a variant is. */
    @FunctionalInterface
    interface MakingListener {
        void progressed(QuantizationProgress.Step step, double fractionOfStep);
    }

    /**
     * How it went.
     *
     * @param method how the variant was quantized, in a few words
     * @param calibrateSeconds wall-clock time for reading and calibrating
     * @param quantizeSeconds wall-clock time for rewriting, writing and checking
     */
    record MadeVariant(String method, double calibrateSeconds, double quantizeSeconds) {}
}
