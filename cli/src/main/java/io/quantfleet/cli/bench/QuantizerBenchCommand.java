package io.quantfleet.cli.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quantfleet.cli.CliException;
import io.quantfleet.cli.quantize.ProfileArguments;
import io.quantfleet.cli.terminal.Progress;
import io.quantfleet.quantizer.bench.QuantizerBench;
import io.quantfleet.quantizer.calibration.Entropy;
import io.quantfleet.quantizer.calibration.MeanSquaredError;
import io.quantfleet.quantizer.calibration.MinMax;
import io.quantfleet.quantizer.calibration.Percentile;
import io.quantfleet.quantizer.calibration.RangeMethod;
import io.quantfleet.quantizer.report.PeakMemory;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
            "ratio is the time of a whole quantization, without evaluation but with decoding, over that of plain FP32"
                    + " inference of the same samples with the same threads, decoding not counted: the median of rounds in"
                    + " which everything takes its turn. sensitivity is that of the profile of all layers on 200 samples."
                    + " peakRssMiB is the most memory that a process of its own takes for a quantization of 100 and of"
                    + " 2,000 samples, by percentiles or by entropy, whichever takes more; latencyRatio the variant's"
                    + " median latency over FP32's, on one thread.",
            ""
        },
        sortOptions = false)
final class QuantizerBenchCommand implements Callable<Integer> {
    private static final List<Integer> MEMORY_SAMPLES = List.of(100, 2000);
    private static final int SENSITIVITY_SAMPLES = 200;
    private static final String PERCENTILE = "percentile";
    private static final String ENTROPY = "entropy";

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

    @Option(
            names = "--rounds",
            defaultValue = "3",
            paramLabel = "N",
            description = "How often everything is timed, in turn. Default: ${DEFAULT-VALUE}")
    private int rounds;

    @Option(
            names = "--device-class",
            defaultValue = "rpi-cpu",
            paramLabel = "CLASS",
            description =
                    "What to quantize for: a name that 'device-classes' lists, or the path of a profile of your own"
                            + " (.yaml). Default: ${DEFAULT-VALUE}")
    private String deviceClass = "";

    @Option(names = "--threads", paramLabel = "N", description = "Threads. Default: one per processor.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--only-peak-memory", hidden = true, paramLabel = "METHOD")
    private @Nullable String onlyPeakMemory;

    @Override
    public Integer call() {
        if (samples < 1 || threads < 1 || rounds < 1) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "--samples, --threads and --rounds must be at least 1");
        }
        DeviceClassProfile profile = new ProfileArguments(spec.commandLine())
                .read(List.of(deviceClass))
                .get(0);
        try (QuantizerBench bench = new QuantizerBench(description, calibration, profile, samples, threads)) {
            RangeMethod inMemory = onlyPeakMemory == null ? null : methods().get(onlyPeakMemory);
            if (inMemory != null) {
                bench.quantizeSeconds(inMemory);
                print(Double.toString(PeakMemory.mebibytes().orElse(Double.NaN)));
                return CommandLine.ExitCode.OK;
            }
            String report = measure(bench, profile);
            print(report);
            write(report);
            return CommandLine.ExitCode.OK;
        }
    }

    private String measure(QuantizerBench bench, DeviceClassProfile profile) {
        JsonMapper mapper = JsonMapper.builder().build();
        ObjectNode report =
                mapper.createObjectNode().put("model", bench.model()).put("samples", samples);
        try (Progress progress = Progress.onStandardError()) {
            addRatios(report, bench, progress);
            ((ObjectNode) report.get("ratio")).put("sensitivity", sensitivity(profile, progress));
            ObjectNode peak = report.putObject("peakRssMiB");
            MEMORY_SAMPLES.forEach(count -> peak.put("samples" + count, peakMemory(count, progress)));
            report.put("latencyRatio", timed(progress, "Latency", bench::latencyRatio));
        }
        try {
            return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(report);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("figures that can't be written as JSON", e);
        }
    }

    // In turn, and each over the plain pass of its own round, so that what else the machine does weighs on both alike.
    private void addRatios(ObjectNode report, QuantizerBench bench, Progress progress) {
        List<Double> plain = new ArrayList<>();
        Map<String, List<Double>> ratios = new LinkedHashMap<>();
        for (int round = 1; round <= rounds; round++) {
            String turn = rounds == 1 ? "" : ", round " + round + " of " + rounds;
            double reference = timed(progress, "Plain inference" + turn, bench::plainSeconds);
            plain.add(reference);
            methods().forEach((name, method) -> ratios.computeIfAbsent(name, first -> new ArrayList<>())
                    .add(timed(progress, "Quantize with " + name + turn, () -> bench.quantizeSeconds(method))
                            / reference));
        }
        report.put("plainSeconds", median(plain));
        ObjectNode ratio = report.putObject("ratio");
        ratios.forEach((name, each) -> ratio.put(name, median(each)));
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return (sorted.get((sorted.size() - 1) / 2) + sorted.get(sorted.size() / 2)) / 2;
    }

    private double sensitivity(DeviceClassProfile profile, Progress progress) {
        try (QuantizerBench bench =
                new QuantizerBench(description, calibration, profile, SENSITIVITY_SAMPLES, threads)) {
            double before = timed(progress, "Plain inference", bench::plainSeconds);
            double profiling = timed(progress, "Sensitivity of the layers", bench::sensitivitySeconds);
            double after = timed(progress, "Plain inference", bench::plainSeconds);
            return profiling / median(List.of(before, after));
        }
    }

    private double peakMemory(int count, Progress progress) {
        BenchProcess process = new BenchProcess(description, calibration, deviceClass, count, threads);
        return timed(
                progress,
                "Memory of " + count + " samples",
                () -> Math.max(process.peakMebibytes(PERCENTILE), process.peakMebibytes(ENTROPY)));
    }

    private static Map<String, RangeMethod> methods() {
        Map<String, RangeMethod> methods = new LinkedHashMap<>();
        methods.put("minmax", new MinMax());
        methods.put(PERCENTILE, Percentile.USUAL);
        methods.put(ENTROPY, new Entropy());
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
