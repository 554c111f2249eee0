package io.quantfleet.quantizer;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizationOptions.Method;
import io.quantfleet.quantizer.QuantizationProgress.Step;
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

/** Makes variants in the forms that need no calibration, for device classes that can run them. */
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
        WholeModelForm maker = new WholeModelForm(
                options.reducedRange(),
                options.perTensorWeights(),
                options.weightBlocks().on(profile.runtime()),
                excluded);
        QuantizedModel made = maker.quantize(prepared, options.method().form().orElseThrow());
        prepared.shapesDeclaredIn(made.model()).write(target);
        listener.progressed(Step.QUANTIZE, 1);
        Trail trail = new Trail(
                made.method(), List.of(), 0, 0, List.of(), made.leftFloat(), List.of(), Optional.empty(), List.of());
        return new MadeVariant(trail, 0, (System.nanoTime() - start) / 1e9);
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
        int bits = options.method() == Method.WEIGHT_ONLY_INT4 ? Byte.SIZE / 2 : Byte.SIZE;
        return new WeightOnlyOptions(bits, options.weightBlocks().on(profile.runtime()), excluded);
    }
}
