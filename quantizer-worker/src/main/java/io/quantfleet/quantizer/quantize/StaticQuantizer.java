package io.quantfleet.quantizer.quantize;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.calibration.Calibrator;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import io.quantfleet.quantizer.target.DeviceClassProfile.Kernels;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Quantizes a model to int8 for a device class, with scales fixed beforehand from calibration samples. Holds no state:
 * one object may serve any number of threads.
 */
public final class StaticQuantizer {
    private final Calibrator calibrator;

    public StaticQuantizer(Calibrator calibrator) {
        this.calibrator = calibrator;
    }

    /**
     * Makes the variant of a model for a device class.
     *
     * @param original the FP32 model
     * @param sampleShapes dimensions of one sample by input, where the model leaves them open; may be empty
     * @param samples what to calibrate on
     * @param listener hears of the calibration
     * @throws QuantizerException if the model can't be rewritten or calibrated, or the profile can't be met
     */
    public QuantizedModel quantize(
            OnnxModel original,
            Map<String, List<Long>> sampleShapes,
            SampleSource samples,
            DeviceClassProfile profile,
            ProgressListener listener) {
        long start = System.nanoTime();
        PreparedModel prepared = PreparedModel.of(original, samples, sampleShapes, profile.staticShapes());
        Calibration calibration = new Calibration(calibrator, prepared.model(), samples, listener);
        Attempt attempt = attempt(prepared, profile, calibration, Set.of());
        if (profile.int8Kernels() == Kernels.REQUIRED) {
            attempt = settle(prepared, profile, calibration, attempt);
        }
        Duration total = Duration.ofNanos(System.nanoTime() - start);
        return new QuantizedModel(
                attempt.variant(),
                "static-int8-" + calibration.method(),
                attempt.plan().nodes().stream().map(Node::label).collect(Collectors.toSet()),
                attempt.plan().leftFloat(),
                calibration.spent(),
                total.minus(calibration.spent()));
    }

    /** A variant, and the quantized operators that ONNX Runtime computes in floats nevertheless. */
    private record Attempt(QuantizationPlan plan, OnnxModel variant, Set<String> computedInFloats) {}

    private static Attempt attempt(
            PreparedModel prepared, DeviceClassProfile profile, Calibration calibration, Set<String> excluded) {
        Graph graph = prepared.model().graph();
        QuantizationPlan plan = Planner.plan(graph, prepared.facts(), profile, excluded);
        check(plan, profile);
        QdqInserter.apply(graph, prepared.facts(), profile, plan, calibration.ranges(plan.toCalibrate(graph)));
        OnnxModel variant = prepared.model().withGraph(graph);
        Set<String> inFloats = KernelCheck.computedInFloats(variant, plan.nodes()).stream()
                .map(Node::label)
                .collect(Collectors.toSet());
        return new Attempt(plan, variant, inFloats);
    }

    // An operator that is quantized and yet computed in floats is slower than one that was left alone, so it is left
    // alone; that may cost its neighbours their kernels, and so on until nothing changes.
    private static Attempt settle(
            PreparedModel prepared, DeviceClassProfile profile, Calibration calibration, Attempt first) {
        Attempt attempt = first;
        Set<String> excluded = new HashSet<>();
        while (excluded.addAll(attempt.computedInFloats())) {
            attempt = attempt(prepared, profile, calibration, excluded);
        }
        return attempt;
    }

    private static void check(QuantizationPlan plan, DeviceClassProfile profile) {
        if (plan.nodes().stream().noneMatch(Operators::isLayer)) {
            throw new QuantizerException(
                    ReasonCode.QUANTIZATION_FAILED,
                    "the model has no operator with weights that can be quantized for " + profile.name()
                            + ": its weights must be FP32, the profile must list it, and ONNX Runtime choose an int8"
                            + " kernel for it where int8Kernels is required");
        }
        if (profile.everyOperator() && !plan.leftFloat().isEmpty()) {
            String left = plan.leftFloat().stream()
                    .map(layer -> layer.operator() + " " + layer.name() + " (" + layer.reason() + ")")
                    .collect(Collectors.joining(", "));
            throw new QuantizerException(
                    ReasonCode.OPERATOR_UNSUPPORTED,
                    "every operator must be quantized for " + profile.name() + ", but these can't be: " + left);
        }
    }
}
