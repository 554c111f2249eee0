package io.quantfleet.quantizer;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.quantizer.QuantizationOptions.Method;
import io.quantfleet.quantizer.QuantizationProgress.Step;
import io.quantfleet.quantizer.dataset.Datasets;
import io.quantfleet.quantizer.dataset.DescriptionCheck;
import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelDescription;
import io.quantfleet.quantizer.form.Awq;
import io.quantfleet.quantizer.form.Gptq;
import io.quantfleet.quantizer.form.StreamedVariant;
import io.quantfleet.quantizer.form.WeightOnly;
import io.quantfleet.quantizer.form.WeightOnlyOptions;
import io.quantfleet.quantizer.onnx.StreamedModel;
import io.quantfleet.quantizer.search.ExcludedLayers;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Quantizes weights alone from file to file: for models that memory does not hold. By rounding to nearest, one weight after
 * another is read; by GPTQ and AWQ, one transformer block after another is run. Neither the model nor a variant is loaded as a
 * whole, so that nobody knows what a variant loses: it is not judged. Stateless; each request is carried out on the thread
 * that makes it.
 */
public final class FileToFileQuantizer {
    private FileToFileQuantizer() {}

    /** Whether a method can go that way. */
    public static boolean isFor(Method method) {
        return method.weightOnly() || sampled(method);
    }

    private static boolean sampled(Method method) {
        return method == Method.GPTQ || method == Method.AWQ;
    }

    /**
     * Whether a model is too large to be quantized in memory.
     *
     * @param description the YAML file, beside the ONNX file that it names
     * @throws QuantizerException if there is no such model
     */
    public static boolean isNeeded(Path description) {
        try (StreamedModel model = StreamedModel.open(onnx(description))) {
            return !model.fitsMemory();
        }
    }

    /**
     * Makes a variant for each profile: {@code MODEL.CLASS.onnx} and, with its tensors, {@code MODEL.CLASS.onnx.data}.
     *
     * @param description the YAML file, beside the ONNX file that it names
     * @param calibration samples, for a method that calibrates
     * @param profiles one variant is made for each
     * @param options a method that quantizes weights alone, how, and what is left out
     * @param threads how many threads compute
     * @param output the directory for the variants, made if it is not there
     * @throws QuantizerException if anything is wrong with what was given, or the work failed; the output directory is
     *     as it was before
     */
    public static FileToFileResult quantize(
            Path description,
            Optional<Path> calibration,
            List<DeviceClassProfile> profiles,
            QuantizationOptions options,
            int threads,
            Path output,
            QuantizationListener listener) {
        QuantizationRequest.checkProfiles(profiles);
        profiles.forEach(profile -> check(profile, options));
        listener.progressed(new QuantizationProgress(Step.READ, Optional.empty(), 0));
        ModelDescription read = ModelDescription.read(description);
        Path onnx = onnx(description);
        try (OutputFolder folder = new OutputFolder(output);
                Rounding rounding = rounding(read, calibration, options, threads)) {
            Set<String> excluded;
            long bytes;
            try (StreamedModel model = StreamedModel.open(onnx)) {
                DescriptionCheck.check(read, model.inputs(), model.outputs());
                excluded =
                        ExcludedLayers.find(model.graph(), options.excluded()).keySet();
                bytes = model.bytes();
            }
            List<FileToFileResult.Variant> variants = new ArrayList<>();
            for (DeviceClassProfile profile : profiles) {
                String name = read.name() + "." + profile.name() + ".onnx";
                int index = variants.size();
                StreamedVariant made = rounding.quantize(
                        onnx,
                        folder.staged(name),
                        FormMaker.weightOnly(options, profile, excluded),
                        fraction -> listener.progressed(new QuantizationProgress(
                                Step.QUANTIZE, Optional.of(profile.name()), (index + fraction) / profiles.size())));
                variants.add(variant(folder, name, profile, made));
            }
            variants.forEach(variant -> folder.publishWithData(variant.fileName(), variant.dataFileName()));
            return new FileToFileResult(read.name(), bytes, variants);
        }
    }

    /** Makes a variant of a file. */
    private interface Rounding extends AutoCloseable {
        StreamedVariant quantize(Path onnx, Path target, WeightOnlyOptions weights, ProgressListener listener);

        @Override
        void close();
    }

    private static Rounding rounding(
            ModelDescription description, Optional<Path> calibration, QuantizationOptions options, int threads) {
        return sampled(options.method())
                ? new Sampled(
                        Datasets.open(
                                calibration.orElseThrow(() -> new QuantizerException(
                                        ReasonCode.REQUEST_INVALID,
                                        options.method().wireName() + " rounds with calibration samples; give some")),
                                description),
                        description,
                        options,
                        threads)
                : new ToNearest(threads);
    }

    private record ToNearest(int threads) implements Rounding {
        @Override
        public StreamedVariant quantize(Path onnx, Path target, WeightOnlyOptions weights, ProgressListener listener) {
            return WeightOnly.quantize(onnx, target, weights, threads, listener);
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    private record Sampled(
            LabelledSamples calibration, ModelDescription description, QuantizationOptions options, int threads)
            implements Rounding {
        @Override
        public StreamedVariant quantize(Path onnx, Path target, WeightOnlyOptions weights, ProgressListener listener) {
            // The same samples as for a model that is in memory.
            LabelledSamples samples = SampleSplit.of(calibration, options.calibrationSamples(), description)
                    .ranges();
            return options.method() == Method.AWQ
                    ? Awq.quantize(onnx, target, samples, weights, threads, listener)
                    : Gptq.quantize(onnx, target, samples, weights, options.gptq(), threads, listener);
        }

        @Override
        public void close() {
            calibration.close();
        }
    }

    private static void check(DeviceClassProfile profile, QuantizationOptions options) {
        if (!isFor(options.method())) {
            throw new QuantizerException(
                    ReasonCode.REQUEST_INVALID,
                    "only weight-only-int8, weight-only-int4, gptq and awq go from file to file, not "
                            + options.method().wireName());
        }
        FormMaker.checkAllowed(options.method(), profile);
        if (profile.staticShapes()) {
            throw new QuantizerException(
                    ReasonCode.REQUEST_INVALID,
                    profile.name()
                            + " asks for fixed shapes, which are found by running the model; a model that goes from"
                            + " file to file is not run");
        }
    }

    private static FileToFileResult.Variant variant(
            OutputFolder folder, String name, DeviceClassProfile profile, StreamedVariant made) {
        Path file = folder.staged(name);
        Path data = file.resolveSibling(name + ".data");
        try {
            return new FileToFileResult.Variant(
                    profile.name(), folder.published(name), Sha256.of(file), Sha256.of(data), made);
        } catch (IOException e) {
            throw new QuantizerException(ReasonCode.STORAGE_FAILED, "can't read " + file + ": " + e.getMessage(), e);
        }
    }

    private static Path onnx(Path description) {
        return ModelFiles.onnxBeside(description, ModelDescription.read(description));
    }
}
