package io.quantfleet.quantizer.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.calibration.Calibrator;
import io.quantfleet.quantizer.calibration.MinMax;
import io.quantfleet.quantizer.dataset.Datasets;
import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelDescription;
import io.quantfleet.quantizer.dataset.SampleSubset;
import io.quantfleet.quantizer.evaluate.SharedData;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.quantize.Calibration;
import io.quantfleet.quantizer.quantize.RangeChoice;
import io.quantfleet.quantizer.quantize.Recipe;
import io.quantfleet.quantizer.quantize.StaticQuantizer;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import io.quantfleet.quantizer.target.ProfileReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** MobileNetV2 on CIFAR-10, where it is at hand: 8 bits with one scale for each weight, and 4 bits with one for each channel. */
@Tag("slow")
class TrainingOnRealModelsTest {
    private static final int MINUTES = Integer.getInteger("training.minutes", 30);
    private static final int THREADS = Integer.getInteger("training.threads", 2);

    @ParameterizedTest
    @EnumSource
    void staysWithinAPointOfFp32InEightBits(Supervision supervision) {
        DeviceClassProfile perTensor =
                new ProfileReader().builtIn("rpi-cpu").withWeightsPerTensor().withoutDemands();
        staysWithin(0.01, perTensor, Optional.empty(), supervision);
    }

    @ParameterizedTest
    @EnumSource
    void staysWithinTwoAndAHalfPointsOfFp32InFourBits(Supervision supervision) throws IOException {
        staysWithin(0.025, fourBits(), Optional.of(0.002), supervision);
    }

    private static DeviceClassProfile fourBits() throws IOException {
        try (InputStream file =
                ProfileReader.class.getResourceAsStream("/io/quantfleet/protocols/device-classes/rpi-cpu.yaml")) {
            String text = new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("type: int8", "type: int4")
                    .replace("int8Kernels: required", "int8Kernels: optional");
            return new ProfileReader().read(text, "four bits");
        }
    }

    private static void staysWithin(
            double loss, DeviceClassProfile profile, Optional<Double> rate, Supervision supervision) {
        ModelDescription description = ModelDescription.read(SharedData.file("mobilenetv2-cifar10.model.yaml"));
        OnnxModel fp32 = OnnxModel.read(SharedData.file(description.onnx()));
        try (LabelledSamples calibration = Datasets.open(SharedData.file("cifar10-calibration-500.zip"), description);
                LabelledSamples images = Datasets.open(SharedData.file("cifar10-train-10000.zip"), description);
                LabelledSamples validation =
                        Datasets.open(SharedData.file("cifar10-validation-5000.zip"), description)) {
            PreparedModel prepared = PreparedModel.of(fp32, calibration, Map.of(), false);
            OnnxModel variant = StaticQuantizer.rewrite(
                    new Calibration(new Calibrator(THREADS, 8), prepared, calibration, ProgressListener.NONE),
                    Recipe.of(profile, RangeChoice.of(new MinMax())));
            TrainingSettings settings = new TrainingSettings(
                            10, Duration.ofMinutes(MINUTES), rate, 1, THREADS, Optional.empty())
                    .withSupervision(supervision);
            Trained trained = new QuantizationAwareTraining(settings, fraction -> {})
                    .train(prepared, variant, description, part(images, false), part(images, true));
            double reference = accuracy(fp32, description, validation);
            double before = accuracy(variant, description, validation);
            double after = accuracy(trained.model(), description, validation);
            System.out.printf(
                    "within %.1f points, %s: FP32 %.4f, before %.4f, after %.4f%n",
                    100 * loss, supervision, reference, before, after);
            assertThat(after).isGreaterThan(reference - loss);
        }
    }

    // Every twentieth is held out.
    private static SampleSubset part(LabelledSamples all, boolean heldOut) {
        return new SampleSubset(
                all,
                IntStream.range(0, all.size())
                        .filter(i -> (i % 20 == 0) == heldOut)
                        .toArray());
    }

    private static double accuracy(OnnxModel model, ModelDescription description, LabelledSamples samples) {
        return OnnxScores.of(model, description, samples, THREADS, done -> {}).accuracy(samples);
    }
}
