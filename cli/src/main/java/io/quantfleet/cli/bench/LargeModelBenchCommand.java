package io.quantfleet.cli.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quantfleet.cli.CliException;
import io.quantfleet.cli.stack.TemporaryDirectory;
import io.quantfleet.cli.terminal.Progress;
import io.quantfleet.quantizer.QuantizationOptions.Method;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.sample.LlamaShape;
import io.quantfleet.quantizer.sample.RandomLlama;
import io.quantfleet.quantizer.sample.TokenArchive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code quantfleet bench large-model}: how much memory and time a model that memory does not hold takes. */
@Command(
        name = "large-model",
        description = {
            "Writes a language model of LLaMA's architecture with random weights, quantizes it from file to file to 4-bit"
                    + " weights, and tells how much memory a process of its own took for that. Without options it has seven"
                    + " billion parameters: 27 GB, and 4.5 GB for the variant. All files are removed afterwards.",
            "",
            "gptq and awq run the model block by block on samples of random tokens. The time of gptq is mostly that of"
                    + " factorizing, and grows with the third power of the widths.",
            ""
        },
        sortOptions = false)
final class LargeModelBenchCommand implements Callable<Integer> {
    private static final String NAME = "llama";
    private static final int CONTEXT = 64;
    private static final int VALIDATION_SAMPLES = 8;
    private static final double VARIANT_SHARE = 0.25;
    private static final double NANOS = 1e9;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--directory",
            required = true,
            paramLabel = "DIR",
            description = "Where the model and its variant are written, in a folder of their own.")
    private Path directory = Path.of("");

    @Option(
            names = "--layers",
            defaultValue = "32",
            paramLabel = "N",
            description = "Transformer blocks. Default: ${DEFAULT-VALUE}")
    private int layers;

    @Option(
            names = "--width",
            defaultValue = "4096",
            paramLabel = "N",
            description = "Width of the residual stream. Default: ${DEFAULT-VALUE}")
    private int width;

    @Option(
            names = "--hidden",
            defaultValue = "11008",
            paramLabel = "N",
            description = "Width inside the feed-forward part. Default: ${DEFAULT-VALUE}")
    private int hidden;

    @Option(
            names = "--heads",
            defaultValue = "32",
            paramLabel = "N",
            description = "Heads of attention. Default: ${DEFAULT-VALUE}")
    private int heads;

    @Option(
            names = "--key-value-heads",
            defaultValue = "32",
            paramLabel = "N",
            description = "Heads of keys and values. Default: ${DEFAULT-VALUE}")
    private int keyValueHeads;

    @Option(
            names = "--vocabulary",
            defaultValue = "32000",
            paramLabel = "N",
            description = "Tokens. Default: ${DEFAULT-VALUE}")
    private int vocabulary;

    @Option(
            names = "--method",
            defaultValue = "weight-only-int4",
            paramLabel = "METHOD",
            description = "weight-only-int4, gptq or awq. Default: ${DEFAULT-VALUE}")
    private String method = "weight-only-int4";

    @Option(
            names = "--samples",
            defaultValue = "32",
            paramLabel = "N",
            description =
                    "Samples of " + CONTEXT + " tokens that gptq and awq calibrate with. Default: ${DEFAULT-VALUE}")
    private int samples;

    @Option(
            names = "--in-memory",
            description = "Quantize it in memory and evaluate it, as quantize does where it is given --validation. Java"
                    + " must have twice the model's size (-Xmx).")
    private boolean inMemory;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures to this file, too.")
    private @Nullable Path json;

    @Option(names = "--only-quantize", hidden = true, paramLabel = "FILE")
    private @Nullable Path onlyQuantize;

    @Override
    public Integer call() {
        try {
            Method chosen = chosen();
            if (onlyQuantize != null) {
                LargeModelRun run = new LargeModelRun(onlyQuantize, chosen);
                print((inMemory ? run.inMemory() : run.fromFileToFile()).toString());
                return CommandLine.ExitCode.OK;
            }
            BenchReport.write(measure(shape(), chosen), spec, json);
            return CommandLine.ExitCode.OK;
        } catch (IOException e) {
            throw new CliException("can't write the model or its figures: " + e.getMessage(), e);
        } catch (QuantizerException e) {
            throw new CliException(e.getMessage() + " (" + e.code() + ")", e);
        }
    }

    private LlamaShape shape() {
        if (samples < 1) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "--samples must be at least 1, not " + samples);
        }
        try {
            return new LlamaShape(vocabulary, width, layers, heads, keyValueHeads, hidden, CONTEXT);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.ParameterException(spec.commandLine(), e.getMessage());
        }
    }

    private Method chosen() {
        return Stream.of(Method.WEIGHT_ONLY_INT4, Method.GPTQ, Method.AWQ)
                .filter(each -> each.wireName().equals(method))
                .findFirst()
                .orElseThrow(() -> new CommandLine.ParameterException(
                        spec.commandLine(), "--method is weight-only-int4, gptq or awq, not " + method));
    }

    private ObjectNode measure(LlamaShape shape, Method chosen) throws IOException {
        Files.createDirectories(directory);
        long bytes = shape.parameters() * Float.BYTES;
        long needed = (long) (bytes * (1 + VARIANT_SHARE));
        long free = Files.getFileStore(directory).getUsableSpace();
        if (free < needed) {
            throw new CliException("the model and its variant take " + (needed >> 20) + " MiB, but " + directory
                    + " has " + (free >> 20) + " MiB left; give another --directory or fewer --layers");
        }
        Path folder = Files.createTempDirectory(directory, "large-model-");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(folder), "remove-large-model"));
        try (Progress progress = Progress.onStandardError()) {
            Progress.Step writing = progress.begin("Write " + shape.parameters() / 1_000_000 + " million parameters");
            long start = System.nanoTime();
            Path description = RandomLlama.write(folder, NAME, shape, 1);
            tokens(description, shape);
            double written = (System.nanoTime() - start) / NANOS;
            writing.done("");
            Progress.Step quantizing = progress.begin("Quantize in a process of its own");
            List<String> arguments = new ArrayList<>(List.of(
                    "large-model",
                    "--directory",
                    directory.toString(),
                    "--method",
                    chosen.wireName(),
                    "--only-quantize",
                    description.toString()));
            if (inMemory) {
                arguments.add("--in-memory");
            }
            JsonNode figures = new ObjectMapper().readTree(OwnProcess.output(arguments));
            quantizing.done("");
            ObjectNode all = JsonNodeFactory.instance
                    .objectNode()
                    .put("method", chosen.wireName())
                    .put("parameters", shape.parameters())
                    .put("inMatrices", shape.inMatrices())
                    .put("fp32Bytes", bytes)
                    .put("writeSeconds", written);
            figures.properties().forEach(figure -> all.set(figure.getKey(), figure.getValue()));
            return all;
        } finally {
            TemporaryDirectory.delete(folder);
        }
    }

    /** When this process is told to end; the one that writes to the folder is ended first. */
    private static void remove(Path folder) {
        OwnProcess.endAll();
        TemporaryDirectory.delete(folder);
    }

    private void tokens(Path description, LlamaShape shape) throws IOException {
        write(description.resolveSibling(LargeModelRun.CALIBRATION), shape, samples, 1);
        write(description.resolveSibling(LargeModelRun.VALIDATION), shape, VALIDATION_SAMPLES, 2);
    }

    private static void write(Path archive, LlamaShape shape, int samples, long seed) throws IOException {
        int[] tokens = new SplittableRandom(seed)
                .ints((long) samples * CONTEXT, 0, shape.vocabulary())
                .toArray();
        TokenArchive.write(archive, CONTEXT, tokens);
    }

    private void print(String text) {
        spec.commandLine().getOut().println(text);
        spec.commandLine().getOut().flush();
    }
}
