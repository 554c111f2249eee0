package io.quantfleet.quantizer.train.block;

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
import io.quantfleet.quantizer.runtime.Batch;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import io.quantfleet.quantizer.target.ProfileReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** MobileNetV2 on CIFAR-10 with 4-bit weights, where it is at hand: rounded to nearest, and as learned by blocks. */
@Tag("slow")
class BlocksOnRealModelsTest {
    private static final int THREADS = 2;
    private static final int SAMPLES = 192;

    @Test
    void followsFp32MoreThanTwiceAsCloselyAsRoundingToNearest() throws IOException {
        ModelDescription description = ModelDescription.read(SharedData.file("mobilenetv2-cifar10.model.yaml"));
        OnnxModel fp32 = OnnxModel.read(SharedData.file(description.onnx()));
        try (LabelledSamples all = Datasets.open(SharedData.file("cifar10-calibration-500.zip"), description);
                LabelledSamples validation =
                        Datasets.open(SharedData.file("cifar10-validation-5000.zip"), description)) {
            PreparedModel prepared = PreparedModel.of(fp32, all, Map.of(), false);
            Calibration calibration = new Calibration(new Calibrator(THREADS, 8), prepared, all, ProgressListener.NONE);
            Recipe recipe = Recipe.of(fourBits(), RangeChoice.of(new MinMax()));
            OnnxModel nearest = StaticQuantizer.rewrite(calibration, recipe);
            BlockReconstruction.Learned learned = new BlockReconstruction(
                            prepared,
                            SampleSubset.spread(all, SAMPLES),
                            BlockReconstruction.Settings.usual(Duration.ofMinutes(30), 1),
                            ProgressListener.NONE)
                    .learn(nearest, recipe.greatestWeight());
            OnnxModel byBlock = StaticQuantizer.rewrite(calibration, recipe.withLearned(learned.weights()));
            Answers floats = Answers.of(fp32, description, validation);
            Answers before = Answers.of(nearest, description, validation);
            Answers after = Answers.of(byBlock, description, validation);
            floats.report("FP32", floats);
            before.report("nearest", floats);
            after.report("by block", floats);
            assertThat(after.noise(floats)).isLessThan(before.noise(floats) / 2);
        }
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

    private record Answers(List<float[]> rows, LabelledSamples samples) {
        static Answers of(OnnxModel model, ModelDescription description, LabelledSamples samples) {
            float[][] rows = new float[samples.size()][];
            try (OnnxSession session = OnnxSession.open(model.serialized(), RuntimeOptions.threads(THREADS))) {
                Batch batch = session.newBatch(50);
                for (int first = 0; first < rows.length; first += batch.capacity()) {
                    int count = Math.min(batch.capacity(), rows.length - first);
                    batch.fill(samples, first, count);
                    batch.run(count);
                    float[] all = batch.output(description.output()).floats();
                    int width = all.length / count;
                    for (int i = 0; i < count; i++) {
                        rows[first + i] = Arrays.copyOfRange(all, i * width, (i + 1) * width);
                    }
                }
            }
            return new Answers(List.of(rows), samples);
        }

        void report(String name, Answers floats) {
            int right = 0;
            int same = 0;
            for (int i = 0; i < rows.size(); i++) {
                right += best(rows.get(i)) == samples.label(i) ? 1 : 0;
                same += best(rows.get(i)) == best(floats.rows.get(i)) ? 1 : 0;
            }
            System.out.printf(
                    Locale.ROOT,
                    "%s: accuracy %.2f %%, agrees with FP32 on %.2f %%, squared error %.4f%n",
                    name,
                    100.0 * right / rows.size(),
                    100.0 * same / rows.size(),
                    noise(floats));
        }

        double noise(Answers floats) {
            double sum = 0;
            for (int i = 0; i < rows.size(); i++) {
                for (int j = 0; j < rows.get(i).length; j++) {
                    sum += Math.pow(rows.get(i)[j] - floats.rows.get(i)[j], 2);
                }
            }
            return sum / rows.size();
        }

        private static int best(float[] scores) {
            int best = 0;
            for (int i = 1; i < scores.length; i++) {
                best = scores[i] > scores[best] ? i : best;
            }
            return best;
        }
    }
}
