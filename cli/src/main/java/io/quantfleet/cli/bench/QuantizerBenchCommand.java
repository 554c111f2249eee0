package io.quantfleet.cli.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quantfleet.cli.CliException;
import io.quantfleet.cli.terminal.Progress;
import io.quantfleet.quantizer.bench.QuantizerBench;
import io.quantfleet.quantizer.calibration.Entropy;
import io.quantfleet.quantizer.calibration.MeanSquaredError;
import io.quantfleet.quantizer.calibration.MinMax;
import io.quantfleet.quantizer.calibration.Percentile;
import io.quantfleet.quantizer.calibration.RangeMethod;
import io.quantfleet.quantizer.report.PeakMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quantfleet bench quantizer}: what quantizing a model costs, as multiples of plain inference. */
@Command(
        name = "quantizer",
        description = {
            "Measures what quantizing a model costs on this machine, and what it gains.",
            "",
            "ratio is the time of a whole quantization for rpi-cpu, without evaluation, over that of plain FP32 inference"
                    + " of the same samples with the same threads; peakRssMiB the most memory that a process of its own"
                    + " takes for a quantization by percentiles of 100 and of 2,000 samples; latencyRatio the int8"
                    + " variant's median latency over FP32's, on one thread.",
            ""
        },
        sortOptions = false)
final class QuantizerBenchCommand implements Callable<Integer> {
    private static final List<Integer> MEMORY_SAMPLES = List.of(100, 2000);
    private static final int SENSITIVITY_SAMPLES = 200;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            paramLabel = "MODEL.model.yaml",
            description = "The model's description; the ONNX file that it names lies beside it.")
    private Path description = Path.of("");

    @Option(
            names = "--calibration",
            required = true,
            paramLabel = "DATA",
            description =
                    "Samples, in one of the forms that quantize takes; repeated where there are fewer than needed.")
    private Path calibration = Path.of("");

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures to this file, too.")
    private @Nullable Path json;

    @Option(
            names = "--samples",
            defaultValue = "500",
            paramLabel = "N",
            description = "How many samples are timed. Default: ${DEFAULT-VALUE}")
    private int samples;

    @Option(names = "--threads", paramLabel = "N", description = "Threads. Default: one per processor.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--only-peak-memory", hidden = true)
    private boolean onlyPeakMemory;

    @Override
    public Integer call() {
        if (samples < 1 || threads < 1) {
            throw new CommandLine.ParameterException(spec.commandLine(), "--samples and --threads must be at least 1");
        }
        try (QuantizerBench bench = new QuantizerBench(description, calibration, samples, threads)) {
            if (onlyPeakMemory) {
                bench.quantizeSeconds(Percentile.USUAL);
                print(Double.toString(PeakMemory.mebibytes().orElse(Double.NaN)));
                return CommandLine.ExitCode.OK;
            }
            String report = measure(bench);
            print(report);
            write(report);
            return CommandLine.ExitCode.OK;
        }
    }

    private String measure(QuantizerBench bench) {
        JsonMapper mapper = JsonMapper.builder().build();
        ObjectNode report =
                mapper.createObjectNode().put("model", bench.model()).put("samples", samples);
        try (Progress progress = Progress.onStandardError()) {
            double plain = timed(progress, "Plain inference", bench::plainSeconds);
            report.put("plainSeconds", plain);
            ObjectNode ratio = report.putObject("ratio");
            methods()
                    .forEach((name, method) -> ratio.put(
                            name,
                            timed(progress, "Quantize with " + name, () -> bench.quantizeSeconds(method)) / plain));
            ratio.put("sensitivity", timed(progress, "Sensitivity of the layers", this::sensitivity));
            ObjectNode peak = report.putObject("peakRssMiB");
            for (int count : MEMORY_SAMPLES) {
                Progress.Step step = progress.begin("Memory of " + count + " samples");
                peak.put("samples" + count, new BenchProcess(description, calibration, count, threads).peakMebibytes());
                step.done("");
            }
            Progress.Step step = progress.begin("Latency");
            report.put("latencyRatio", bench.latencyRatio());
            step.done("");
        }
        try {
            return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(report);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("figures that can't be written as JSON", e);
        }
    }

    // On as many samples as matter for it, over plain inference of the same.
    private double sensitivity() {
        int count = Math.min(samples, SENSITIVITY_SAMPLES);
        try (QuantizerBench bench = new QuantizerBench(description, calibration, count, threads)) {
            return bench.sensitivitySeconds() / bench.plainSeconds();
        }
    }

    private static Map<String, RangeMethod> methods() {
        Map<String, RangeMethod> methods = new LinkedHashMap<>();
        methods.put("minmax", new MinMax());
        methods.put("percentile", Percentile.USUAL);
        methods.put("entropy", new Entropy());
        methods.put("mse", new MeanSquaredError());
        return methods;
    }

    private static double timed(Progress progress, String title, DoubleSupplier work) {
        Progress.Step step = progress.begin(title);
        double seconds = work.getAsDouble();
        step.done("");
        return seconds;
    }

    private void print(String text) {
        spec.commandLine().getOut().println(text);
        spec.commandLine().getOut().flush();
    }

    private void write(String report) {
        if (json != null) {
            try {
                Files.writeString(json, report + System.lineSeparator());
            } catch (IOException e) {
                throw new CliException("can't write --json " + json, e);
            }
        }
    }
}
