package io.quantfleet.cli.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quantfleet.cli.CliException;
import io.quantfleet.cli.terminal.Progress;
import io.quantfleet.quantizer.QuantizationOptions.Method;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.bench.LanguageModelBench;
import io.quantfleet.quantizer.evaluate.Likelihood;
import io.quantfleet.quantizer.sample.ByteText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code quantfleet bench language-model}: what 4-bit weights make of a small language model. */
@Command(
        name = "language-model",
        description = {
            "Trains a small language model of LLaMA's architecture on the bytes of some text, quantizes its weights to 4"
                    + " bits in blocks of 32 by each method, and tells perplexities.",
            "",
            "gapClosed is the share of what rounding to nearest adds to FP32's perplexity that a method takes away again."
                    + " A directory that holds the model already is not trained again.",
            ""
        },
        sortOptions = false)
final class LanguageModelBenchCommand implements Callable<Integer> {
    private static final List<Method> METHODS = List.of(Method.WEIGHT_ONLY_INT4, Method.GPTQ, Method.AWQ);
    private static final int TOLD = 50;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--directory",
            required = true,
            paramLabel = "DIR",
            description = "Where the model, its samples and its variants are kept.")
    private Path directory = Path.of("");

    @Option(
            names = "--text",
            defaultValue = ".",
            paramLabel = "DIR",
            description = "What is learned: the files *.md, *.txt and *.java in it. Default: the current directory.")
    private Path text = Path.of("");

    @Option(
            names = "--steps",
            defaultValue = "600",
            paramLabel = "N",
            description = "Training steps. Default: ${DEFAULT-VALUE}")
    private int steps;

    @Option(
            names = "--batch",
            defaultValue = "16",
            paramLabel = "N",
            description = "Samples of 128 bytes in a training step. Default: ${DEFAULT-VALUE}")
    private int batch;

    @Option(
            names = "--seed",
            defaultValue = "1",
            paramLabel = "N",
            description = "Settles the initial weights and the order of samples. Default: ${DEFAULT-VALUE}")
    private long seed;

    @Option(
            names = "--accuracy-level",
            defaultValue = "1",
            paramLabel = "N",
            description = "What ONNX Runtime may compute with: 1 FP32, 4 integers of 8 bits. Default: ${DEFAULT-VALUE}")
    private int accuracyLevel;

    @Option(names = "--threads", paramLabel = "N", description = "Threads. Default: one per processor.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures to this file, too.")
    private @Nullable Path json;

    @Override
    public Integer call() {
        try (Progress progress = Progress.onStandardError()) {
            LanguageModelBench bench = new LanguageModelBench(directory, threads);
            if (!bench.trained()) {
                train(bench, progress);
            }
            BenchReport.write(report(bench, progress), spec, json);
            return CommandLine.ExitCode.OK;
        } catch (IOException e) {
            throw new CliException("can't read the text or write the model: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.ParameterException(spec.commandLine(), e.getMessage());
        } catch (QuantizerException e) {
            throw new CliException(e.getMessage() + " (" + e.code() + ")", e);
        }
    }

    private void train(LanguageModelBench bench, Progress progress) throws IOException {
        ByteText read = ByteText.read(text, LanguageModelBench.SHAPE.context());
        Progress.Step step = progress.begin("Train on " + read.size() / 1024 + " KiB of text");
        double[] loss = {0};
        bench.train(read, steps, batch, seed, (number, nats) -> {
            loss[0] = nats;
            if (number % TOLD == 0) {
                step.say("step %d of %d, loss %.3f".formatted(number, steps, nats));
            }
        });
        step.done("loss %.3f".formatted(loss[0]));
    }

    private ObjectNode report(LanguageModelBench bench, Progress progress) {
        ObjectNode report = JsonNodeFactory.instance
                .objectNode()
                .put("parameters", LanguageModelBench.SHAPE.parameters())
                .put("accuracyLevel", accuracyLevel);
        ObjectNode methods = report.putObject("methods");
        double rounded = 0;
        for (Method method : METHODS) {
            Progress.Step step = progress.begin("Quantize by " + method.wireName());
            LanguageModelBench.Variant variant = bench.variant(method, accuracyLevel);
            step.done("");
            Likelihood likelihood = variant.likelihood();
            double gap = likelihood.perplexity() - likelihood.fp32Perplexity();
            rounded = method == Method.WEIGHT_ONLY_INT4 ? gap : rounded;
            report.put("fp32Perplexity", likelihood.fp32Perplexity());
            methods.putObject(variant.method())
                    .put("perplexity", likelihood.perplexity())
                    .put("increasePercent", likelihood.increasePercent())
                    .put("gapClosed", 1 - gap / rounded)
                    .put("divergence", likelihood.divergence())
                    .put("agreement", variant.agreement())
                    .put("matrixBytes", variant.matrices().bytes())
                    .put(
                            "matrixShare",
                            (double) variant.matrices().bytes()
                                    / variant.matrices().fp32Bytes())
                    .put("seconds", variant.seconds());
        }
        return report;
    }
}
