package io.quantfleet.quantizer;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizationOptions.Method;
import io.quantfleet.quantizer.QuantizationProgress.Step;
import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.form.Awq;
import io.quantfleet.quantizer.form.Gptq;
import io.quantfleet.quantizer.form.WeightOnly;
import io.quantfleet.quantizer.form.WeightOnlyOptions;
import io.quantfleet.quantizer.form.WholeModelForm;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.quantize.QuantizedModel;
import io.quantfleet.quantizer.search.ExcludedLayers;
import io.quantfleet.quantizer.search.Trail;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import io.quantfleet.quantizer.target.Form;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Makes variants in one form as a whole, for device classes that can run it. */
final class FormMaker implements VariantMaker {
    @Override
    public MadeVariant make(Source source, DeviceClassProfile profile, Path target, MakingListener listener) {
        checkAllowed(source.options().method(), profile);
        listener.progressed(Step.QUANTIZE, 0);
        long start = System.nanoTime();
        PreparedModel prepared = PreparedModel.of(
                source.original(),
                source.setting().calibration(),
                source.setting().sampleShapes(),
                profile.staticShapes());
        Set<String> excluded = ExcludedLayers.find(
                        prepared.model().graph(), source.options().excluded())
                .keySet();
        QuantizationOptions options = source.options();
        QuantizedModel made = make(
                prepared,
                source,
                profile,
                excluded,
                target.resolveSibling(""),
                fraction -> listener.progressed(Step.CALIBRATE, fraction));
        prepared.shapesDeclaredIn(made.model()).write(target);
        listener.progressed(Step.QUANTIZE, 1);
        int calibrated =
                options.method().calibrates() ? source.setting().calibration().size() : 0;
        Trail trail = new Trail(
                made.method(),
                List.of(),
                calibrated,
                0,
                List.of(),
                made.leftFloat(),
                List.of(),
                Optional.empty(),
                List.of(),
                made.reconstructions(),
                List.of());
        return new MadeVariant(trail, 0, (System.nanoTime() - start) / 1e9);
    }

    private static QuantizedModel make(
            PreparedModel prepared,
            Source source,
            DeviceClassProfile profile,
            Set<String> excluded,
            Path folder,
            ProgressListener listener) {
        QuantizationOptions options = source.options();
        int threads = source.setting().threads();
        LabelledSamples samples = source.setting().calibration();
        WeightOnlyOptions weights = weightOnly(options, profile, excluded);
        return switch (options.method()) {
            case GPTQ -> Gptq.quantize(prepared, samples, folder, weights, options.gptq(), threads, listener);
            case AWQ -> Awq.quantize(prepared, samples, folder, weights, threads, listener);
            case WEIGHT_ONLY_INT8, WEIGHT_ONLY_INT4 -> WeightOnly.quantize(prepared, weights);
            default ->
                new WholeModelForm(options.reducedRange(), options.perTensorWeights(), weights.blocks(), excluded)
                        .quantize(prepared, options.method().form().orElseThrow());
        };
    }

    /**
     * Refuses methods whose form a device class does not execute.
     *
     * @throws QuantizerException {@code REQUEST_INVALID}
     */
    static void checkAllowed(Method method, DeviceClassProfile profile) {
        if (method.form().filter(profile.forms()::contains).isEmpty()) {
            throw new QuantizerException(
                    ReasonCode.REQUEST_INVALID,
                    profile.name() + " can't run models of the method " + method.wireName()
                            + ": its profile lists the forms "
                            + profile.forms().stream().map(Form::label).collect(Collectors.joining(", "))
                            + (profile.everyOperator() ? ", and it computes in integers only" : ""));
        }
    }

    /** For a method that quantizes weights alone. */
    static WeightOnlyOptions weightOnly(QuantizationOptions options, DeviceClassProfile profile, Set<String> excluded) {
        int bits = options.method() == Method.WEIGHT_ONLY_INT8 ? Byte.SIZE : Byte.SIZE / 2;
        return new WeightOnlyOptions(bits, options.weightBlocks().on(profile.runtime()), excluded, options.halves());
    }
}
