package io.quantfleet.quantizer.quantize;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.calibration.Calibrator;
import io.quantfleet.quantizer.calibration.MinMax;
import io.quantfleet.quantizer.calibration.Range;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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
        Graph graph = prepared.model().graph();
        QuantizationPlan plan = Planner.plan(graph, prepared.facts(), profile);
        check(plan, profile);
        long calibrationStart = System.nanoTime();
        MinMax method = new MinMax();
        Map<String, Range> ranges =
                calibrator.run(prepared.model(), plan.toCalibrate(graph), samples, method, listener);
        long calibrationEnd = System.nanoTime();
        QdqInserter.apply(graph, prepared.facts(), profile, plan, ranges);
        OnnxModel variant = prepared.model().withGraph(graph);
        long end = System.nanoTime();
        return new QuantizedModel(
                variant,
                "static-int8-" + method.name(),
                plan.nodes().stream().map(Node::label).collect(Collectors.toSet()),
                plan.leftFloat(),
                Duration.ofNanos(calibrationEnd - calibrationStart),
                Duration.ofNanos(calibrationStart - start + end - calibrationEnd));
    }

    private static void check(QuantizationPlan plan, DeviceClassProfile profile) {
        if (plan.nodes().stream().noneMatch(Operators::isLayer)) {
            throw new QuantizerException(
                    ReasonCode.QUANTIZATION_FAILED,
                    "the model has no operator with weights that the profile of " + profile.name() + " quantizes");
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
