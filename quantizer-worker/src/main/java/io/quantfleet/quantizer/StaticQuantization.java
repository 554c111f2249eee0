package io.quantfleet.quantizer;

import io.quantfleet.quantizer.QuantizationProgress.Step;
import io.quantfleet.quantizer.calibration.Calibrator;
import io.quantfleet.quantizer.quantize.QuantizedModel;
import io.quantfleet.quantizer.quantize.StaticQuantizer;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import java.nio.file.Path;
import java.time.Duration;

/** Makes variants by static quantization. */
final class StaticQuantization implements VariantMaker {
    private static final int BATCH = 8;

    private final StaticQuantizer quantizer;

    StaticQuantization(int threads) {
        this.quantizer = new StaticQuantizer(new Calibrator(threads, BATCH));
    }

    @Override
    public MadeVariant make(Source source, DeviceClassProfile profile, Path target, MakingListener listener) {
        listener.progressed(Step.CALIBRATE, 0);
        QuantizedModel quantized = quantizer.quantize(
                source.original(),
                source.sampleShapes(),
                source.calibration(),
                profile,
                fraction -> listener.progressed(Step.CALIBRATE, fraction));
        listener.progressed(Step.QUANTIZE, 0);
        long start = System.nanoTime();
        quantized.model().write(target);
        Duration writing = Duration.ofNanos(System.nanoTime() - start);
        listener.progressed(Step.QUANTIZE, 1);
        return new MadeVariant(
                quantized.method(),
                seconds(quantized.calibrating()),
                seconds(quantized.quantizing().plus(writing)));
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
