package io.quantfleet.quantizer;

import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.search.Rung;
import io.quantfleet.quantizer.search.SearchSetting;
import io.quantfleet.quantizer.search.Trail;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import io.quantfleet.quantizer.train.TrainingPoint;
import java.nio.file.Path;

/** Quantizes a model for one device class, and leaves the final judging to others. */
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
     * @param setting the model and its samples
     * @param options how to make them
     */
    record Source(SearchSetting setting, QuantizationOptions options) {

        /** The FP32 model. */
        OnnxModel original() {
            return setting.original();
        }
    }

    /** Hears how far the making of a variant is. */
    @FunctionalInterface
    interface MakingListener {
        void progressed(QuantizationProgress.Step step, double fractionOfStep);

        /** A rung of the ladder is done. */
        default void climbed(Rung rung) {}

        /** Called while the variant is trained. */
        default void trained(TrainingPoint point) {}
    }

    /**
     * How it went.
     *
     * @param trail how the variant came about
     * @param calibrateSeconds wall-clock time for finding ranges
     * @param quantizeSeconds wall-clock time for rewriting, writing, checking and choosing
     */
    record MadeVariant(Trail trail, double calibrateSeconds, double quantizeSeconds) {}
}
