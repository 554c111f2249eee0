package io.quantfleet.quantizer.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.calibration.Calibrator;
import io.quantfleet.quantizer.dataset.Datasets;
import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelDescription;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.evaluate.SharedData;
import io.quantfleet.quantizer.lint.TargetLinter;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.runtime.Batch;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import io.quantfleet.quantizer.target.DeviceClassProfile.Kernels;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Networks that people train, where they are at hand. */
class RealModelsTest {
    private static final String CIFAR = "cifar10-calibration-500.zip";

    /** Some of the samples, taken evenly from all of them. */
    private record Some(SampleSource all, int size) implements SampleSource {
        @Override
        public void fill(int sample, String inputName, ByteBuffer target) {
            all.fill((int) ((long) sample * all.size() / size), inputName, target);
        }
    }

    @ParameterizedTest(name = "{0} for {2}")
    @CsvSource({
        "resnet20-cifar10, cifar10-validation-5000.zip, rpi-cpu, 0.96, 0.30",
        "resnet20-cifar10, cifar10-validation-5000.zip, phone-npu, 0.96, 0.30",
        "resnet20-cifar10, cifar10-validation-5000.zip, gpu, 0.95, 0.30",
        "mobilenetv2-cifar10, cifar10-validation-5000.zip, rpi-cpu, 0.97, 0.30",
        "mobilenetv2-cifar10, cifar10-validation-5000.zip, phone-npu, 0.97, 0.30",
        "mobilenetv2-cifar10, cifar10-validation-5000.zip, gpu, 0.97, 0.30",
        "bert-mr, mr-validation.npz, rpi-cpu, 0.98, 0.30",
        // Every operator in integers costs this one dearly; a later method must mend that.
        "bert-mr, mr-validation.npz, phone-npu, 0.80, 0.30",
        // The table of words stays in FP32 there.
        "bert-mr, mr-validation.npz, gpu, 0.98, 0.85"
    })
    void agreesWithFloatsAtAFractionOfTheBytes(
            String model, String validation, String deviceClass, double agreement, double bytes) {
        ModelDescription description = ModelDescription.read(SharedData.file(model + ".model.yaml"));
        OnnxModel original = OnnxModel.read(SharedData.file(description.onnx()));
        Path calibration = SharedData.file(model.startsWith("bert") ? "mr-train.npz" : CIFAR);
        try (LabelledSamples some = Datasets.open(calibration, description);
                LabelledSamples judge = Datasets.open(SharedData.file(validation), description)) {
            QuantizedModel quantized = new StaticQuantizer(new Calibrator(2, 8))
                    .quantize(
                            original,
                            Map.of(),
                            new Some(some, 100),
                            Quantized.profile(deviceClass),
                            ProgressListener.NONE);
            assertThat(quantized.model().bytes()).isLessThan((long) (original.bytes() * bytes));
            assertThat(TargetLinter.lint(quantized.model(), Quantized.profile(deviceClass)))
                    .isEmpty();
            if (Quantized.profile(deviceClass).int8Kernels() == Kernels.REQUIRED) {
                assertThat(quantized.leftFloat())
                        .noneMatch(layer -> layer.reason().contains("kernel"));
            }
            SampleSource samples = new Some(judge, 300);
            int[] expected = answers(original, samples, description.output());
            int[] actual = answers(quantized.model(), samples, description.output());
            int same = 0;
            for (int i = 0; i < expected.length; i++) {
                same += expected[i] == actual[i] ? 1 : 0;
            }
            assertThat((double) same / expected.length).isGreaterThanOrEqualTo(agreement);
        }
    }

    private static int[] answers(OnnxModel model, SampleSource samples, String output) {
        int[] answers = new int[samples.size()];
        try (OnnxSession session = OnnxSession.open(model.serialized(), RuntimeOptions.threads(2))) {
            Batch batch = session.newBatch(20);
            for (int first = 0; first < answers.length; first += batch.capacity()) {
                int count = Math.min(batch.capacity(), answers.length - first);
                batch.fill(samples, first, count);
                batch.run(count);
                float[] scores = batch.output(output).floats();
                int labels = scores.length
                        / Math.toIntExact(batch.output(output).shape().get(0));
                for (int i = 0; i < count; i++) {
                    answers[first + i] = best(scores, i * labels, labels);
                }
            }
        }
        return answers;
    }

    private static int best(float[] scores, int from, int count) {
        int best = 0;
        for (int i = 1; i < count; i++) {
            best = scores[from + i] > scores[from + best] ? i : best;
        }
        return best;
    }
}
