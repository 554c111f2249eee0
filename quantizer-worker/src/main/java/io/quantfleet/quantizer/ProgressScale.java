package io.quantfleet.quantizer;

import io.quantfleet.quantizer.QuantizationProgress.Step;
import io.quantfleet.quantizer.search.Rung;
import io.quantfleet.quantizer.train.TrainingPoint;
import java.util.Optional;

/** Places the progress of single steps on the scale of a whole request, by rough shares of the time they take. */
final class ProgressScale {
    private static final double READ = 0.02;
    private static final double EVALUATE_FROM = 0.40;
    private static final double CALIBRATE_SHARE = 0.8;

    private final int variants;
    private final QuantizationListener listener;

    ProgressScale(int variants, QuantizationListener listener) {
        this.variants = variants;
        this.listener = listener;
    }

    /** Tells of a step for all variants. */
    void at(Step step, double fraction) {
        listener.progressed(new QuantizationProgress(step, Optional.empty(), overall(step, 0, fraction)));
    }

    /** Tells of a step for the variant of this index. */
    void at(Step step, String deviceClass, int index, double fraction) {
        listener.progressed(new QuantizationProgress(step, Optional.of(deviceClass), overall(step, index, fraction)));
    }

    /** Tells of the making of the variant of this index. */
    VariantMaker.MakingListener making(String deviceClass, int index) {
        return new VariantMaker.MakingListener() {
            @Override
            public void progressed(Step step, double fractionOfStep) {
                at(step, deviceClass, index, fractionOfStep);
            }

            @Override
            public void climbed(Rung rung) {
                listener.climbed(deviceClass, rung);
            }

            @Override
            public void trained(TrainingPoint point) {
                listener.trained(deviceClass, point);
            }
        };
    }

    private double overall(Step step, int index, double fraction) {
        double perVariant = (EVALUATE_FROM - READ) / variants;
        double begin = READ + index * perVariant;
        return switch (step) {
            case READ -> READ * fraction;
            case CALIBRATE -> begin + perVariant * CALIBRATE_SHARE * fraction;
            case QUANTIZE -> begin + perVariant * (CALIBRATE_SHARE + (1 - CALIBRATE_SHARE) * fraction);
            case EVALUATE -> EVALUATE_FROM + (1 - EVALUATE_FROM) * fraction;
        };
    }
}
