package io.quantfleet.quantizer.train.graph;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.training.GradientCollector;
import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.calibration.Calibrator;
import io.quantfleet.quantizer.calibration.MinMax;
import io.quantfleet.quantizer.dataset.Datasets;
import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelDescription;
import io.quantfleet.quantizer.dataset.SampleSubset;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.quantize.Calibration;
import io.quantfleet.quantizer.quantize.RangeChoice;
import io.quantfleet.quantizer.quantize.Recipe;
import io.quantfleet.quantizer.quantize.StaticQuantizer;
import io.quantfleet.quantizer.sample.SampleModel;
import io.quantfleet.quantizer.target.ProfileReader;
import io.quantfleet.quantizer.train.TrainingEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What fake quantization adds to a training step, forward and backward, without the optimizer's part. */
@State(Scope.Thread)
// With the megabyte that its threads have otherwise, PyTorch's kernels end the process.
@Fork(jvmArgsAppend = "-Xss16m")
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class TrainingStepBench {
    /** The model's description; empty for the project's sample. */
    @Param("")
    public String model = "";

    /** An archive of images, or arrays; empty for the sample's. */
    @Param("")
    public String data = "";

    @Param({"fp32", "int8"})
    public String precision = "fp32";

    @Param("32")
    public int batch = 32;

    @Param("2")
    public int threads = 2;

    private DifferentiableGraph graph;
    private Map<String, NDArray> feeds;
    private String output;

    /** Makes the graph and its feeds. */
    @Setup
    public void prepare() throws IOException {
        TrainingEngine.load(threads);
        SampleModel sample = SampleModel.extractInto(Files.createTempDirectory("step"));
        Path file = model.isEmpty() ? sample.description() : Path.of(model);
        ModelDescription description = ModelDescription.read(file);
        OnnxModel original = OnnxModel.read(file.resolveSibling(description.onnx()));
        output = description.output();
        try (LabelledSamples samples =
                Datasets.open(data.isEmpty() ? sample.calibration() : Path.of(data), description)) {
            SampleSubset some = SampleSubset.spread(samples, batch);
            PreparedModel prepared = PreparedModel.of(original, some, Map.of(), false);
            Calibrator calibrator = new Calibrator(threads, 8);
            Recipe recipe =
                    Recipe.of(new ProfileReader().builtIn("rpi-cpu").withoutDemands(), RangeChoice.of(new MinMax()));
            graph = DifferentiableGraph.of(
                    precision.equals("fp32")
                            ? prepared.model()
                            : StaticQuantizer.rewrite(
                                    new Calibration(calibrator, prepared, some, ProgressListener.NONE), recipe));
            graph.parameters().values().forEach(array -> array.setRequiresGradient(true));
            feeds = new SampleFeeder(original.inputs(), Map.of())
                    .feed(graph.manager(), some, IntStream.range(0, some.size()).toArray());
        }
    }

    @Benchmark
    public float step() {
        try (NDScope scope = new NDScope();
                GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            scope.suppressNotUsedWarning();
            NDArray loss =
                    graph.run(feeds, List.of(output)).get(output).logSoftmax(1).mean();
            collector.backward(loss);
            return loss.getFloat();
        }
    }

    /** Frees what is outside the heap. */
    @TearDown
    public void close() {
        graph.close();
    }
}
