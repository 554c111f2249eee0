package io.quantfleet.quantizer;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.quantizer.QuantizationProgress.Step;
import io.quantfleet.quantizer.dataset.DescriptionCheck;
import io.quantfleet.quantizer.dataset.ModelDescription;
import io.quantfleet.quantizer.form.StreamedVariant;
import io.quantfleet.quantizer.form.WeightOnly;
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
 * Quantizes weights alone from file to file, one after another: for models that memory does not hold. Neither the model
 * nor a variant is loaded or run, so that nobody knows what a variant loses: it is not judged. Stateless; each request is
 * carried out on the thread that makes it.
 */
public final class FileToFileQuantizer {
    private FileToFileQuantizer() {}

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
     * @param profiles one variant is made for each
     * @param options a method that quantizes weights alone, how, and what is left out
     * @param output the directory for the variants, made if it is not there
     * @throws QuantizerException if anything is wrong with what was given, or the work failed; the output directory is
     *     as it was before
     */
    public static FileToFileResult quantize(
            Path description,
            List<DeviceClassProfile> profiles,
            QuantizationOptions options,
            Path output,
            QuantizationListener listener) {
        QuantizationRequest.checkProfiles(profiles);
        profiles.forEach(profile -> check(profile, options));
        listener.progressed(new QuantizationProgress(Step.READ, Optional.empty(), 0));
        ModelDescription read = ModelDescription.read(description);
        Path onnx = onnx(description);
        try (OutputFolder folder = new OutputFolder(output)) {
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
                StreamedVariant made = WeightOnly.quantize(
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

    private static void check(DeviceClassProfile profile, QuantizationOptions options) {
        if (!options.method().weightOnly()) {
            throw new QuantizerException(
                    ReasonCode.REQUEST_INVALID,
                    "only weight-only-int8 and weight-only-int4 go from file to file, not "
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
