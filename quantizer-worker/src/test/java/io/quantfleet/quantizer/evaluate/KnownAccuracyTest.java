package io.quantfleet.quantizer.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.quantizer.dataset.Datasets;
import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelDescription;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Known accuracies come out only if images are decoded and normalized as they were in training. */
class KnownAccuracyTest {

    @ParameterizedTest
    @CsvSource({
        "resnet20-cifar10, cifar10-validation-5000.zip, 0.8102",
        "mobilenetv2-cifar10, cifar10-validation-5000.zip, 0.8096",
        "bert-mr, mr-validation.npz, 0.790"
    })
    void reproducesTheKnownAccuracy(String name, String data, double expected) {
        Path yaml = SharedData.file(name + ".model.yaml");
        ModelDescription model = ModelDescription.read(yaml);
        Path onnx = yaml.resolveSibling(model.onnx());
        try (LabelledSamples samples = Datasets.open(SharedData.file(data), model)) {
            Evaluator.Result result = new Evaluator(model, samples, 2, new LatencyPlan(0, 1, 1, Duration.ZERO))
                    .evaluate(onnx, List.of(), fraction -> {});

            assertThat(result.reference().accuracy(samples, IntStream.range(0, samples.size())))
                    // Other processors add up in another order, which turns an answer or two of thousands.
                    .isCloseTo(expected, Offset.offset(name.startsWith("bert") ? 0.002 : 0.0005));
        }
    }
}
