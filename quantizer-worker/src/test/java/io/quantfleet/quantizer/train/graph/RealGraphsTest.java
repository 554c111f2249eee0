package io.quantfleet.quantizer.train.graph;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDScope;
import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.calibration.Calibrator;
import io.quantfleet.quantizer.dataset.Datasets;
import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelDescription;
import io.quantfleet.quantizer.dataset.SampleSubset;
import io.quantfleet.quantizer.evaluate.SharedData;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.quantize.StaticQuantizer;
import io.quantfleet.quantizer.runtime.Batch;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import io.quantfleet.quantizer.sample.SampleModel;
import io.quantfleet.quantizer.target.ProfileReader;
import io.quantfleet.quantizer.train.TrainingEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Networks that people train, where they are at hand, and the project's own. */
class RealGraphsTest {
    private static final int SAMPLES = 16;

    @TempDir
    Path folder;

    @BeforeAll
    static void load() {
        TrainingEngine.load(1);
    }

    @ParameterizedTest
    @CsvSource({
        "resnet20-cifar10, cifar10-calibration-500.zip",
        "mobilenetv2-cifar10, cifar10-calibration-500.zip",
        "mobilenetv2-uneven-cifar10, cifar10-calibration-500.zip",
        "bert-mr, mr-validation.npz"
    })
    void computesWhatOnnxRuntimeDoes(String name, String data) {
        ModelDescription description = ModelDescription.read(SharedData.file(name + ".model.yaml"));
        OnnxModel model = OnnxModel.read(SharedData.file(description.onnx()));
        try (LabelledSamples samples = Datasets.open(SharedData.file(data), description)) {
            compare(model, description, samples, 1e-4);
        }
    }

    @Test
    void computesWhatOnnxRuntimeDoesWithTheSampleModelAndItsQuantizedVariant() throws IOException {
        SampleModel sample = SampleModel.extractInto(folder);
        ModelDescription description = ModelDescription.read(sample.description());
        OnnxModel model = OnnxModel.read(sample.onnx());
        try (LabelledSamples samples = Datasets.open(sample.calibration(), description)) {
            compare(model, description, samples, 1e-4);
            OnnxModel quantized = new StaticQuantizer(new Calibrator(1, 8))
                    .quantize(
                            model,
                            Map.of(),
                            SampleSubset.spread(samples, 64),
                            new ProfileReader().builtIn("rpi-cpu"),
                            ProgressListener.NONE)
                    .model();
            // A sum that ends close to the middle between two integers may be rounded to the other one.
            compare(quantized, description, samples, 0.05);
        }
    }

    private static void compare(
            OnnxModel model, ModelDescription description, LabelledSamples samples, double tolerance) {
        float[] expected;
        try (OnnxSession session = OnnxSession.open(model.serialized(), RuntimeOptions.threads(1))) {
            Batch batch = session.newBatch(SAMPLES);
            batch.fill(samples, 0, SAMPLES);
            batch.run(SAMPLES);
            expected = batch.output(description.output()).floats();
        }
        try (DifferentiableGraph graph = DifferentiableGraph.of(model);
                NDScope scope = DifferentiableGraphTest.quiet()) {
            SampleFeeder feeder = new SampleFeeder(model.inputs(), Map.of());
            int[] numbers = IntStream.range(0, SAMPLES).toArray();
            float[] actual = graph.evaluate(
                            feeder.feed(graph.manager(), samples, numbers), List.of(description.output()))
                    .get(description.output())
                    .toFloatArray();
            double largest = 0;
            double difference = 0;
            for (int i = 0; i < expected.length; i++) {
                largest = Math.max(largest, Math.abs(expected[i]));
                difference = Math.max(difference, Math.abs(expected[i] - actual[i]));
            }
            assertThat(actual).hasSameSizeAs(expected);
            assertThat(difference / largest).isLessThan(tolerance);
        }
    }
}
