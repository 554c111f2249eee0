package io.quantfleet.quantizer.quantize;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.calibration.CalibrationRequest.ChannelAxis;
import io.quantfleet.quantizer.calibration.CalibrationStatistics;
import io.quantfleet.quantizer.calibration.Calibrator;
import io.quantfleet.quantizer.calibration.ChannelMeans;
import io.quantfleet.quantizer.calibration.MinMax;
import io.quantfleet.quantizer.calibration.RangeMethod;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import io.quantfleet.quantizer.target.DeviceClassProfile.Kernels;
import io.quantfleet.quantizer.target.IntegerType;
import io.quantfleet.quantizer.target.Precision;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Quantizes a model to int8 for a device class, with scales fixed beforehand from calibration samples. Holds no state:
 * one object may serve any number of threads.
 */
public final class StaticQuantizer {
    private static final String NO_KERNEL = "ONNX Runtime chooses no int8 kernel for it";

    private final Calibrator calibrator;

    public StaticQuantizer(Calibrator calibrator) {
        this.calibrator = calibrator;
    }

    /**
     * Makes the variant of a model for a device class, with the full range of what was seen.
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
        PreparedModel prepared = PreparedModel.of(original, samples, sampleShapes, profile.staticShapes());
        return quantize(
                new Calibration(calibrator, prepared, samples, listener),
                Recipe.of(profile, RangeChoice.of(new MinMax())));
    }

    /**
     * Makes a variant of a prepared model.
     *
     * @param calibration what is known of the model, and learns what is missing
     * @throws QuantizerException if the model can't be calibrated, or the profile can't be met
     */
    public QuantizedModel quantize(Calibration calibration, Recipe recipe) {
        long start = System.nanoTime();
        Duration before = calibration.spent();
        Attempt attempt = attempt(calibration, recipe);
        if (recipe.profile().int8Kernels() == Kernels.REQUIRED) {
            attempt = settle(calibration, recipe, attempt);
        }
        Duration calibrating = calibration.spent().minus(before);
        return new QuantizedModel(
                attempt.variant(),
                "static-" + width(recipe.profile()) + "-" + recipe.ranges().name(),
                attempt.plan().nodes().stream().map(Node::label).collect(Collectors.toSet()),
                attempt.plan().leftFloat(),
                attempt.clips(),
                calibrating,
                Duration.ofNanos(System.nanoTime() - start).minus(calibrating));
    }

    private static String width(DeviceClassProfile profile) {
        boolean narrow = profile.activations().type().bytes() == 1;
        if (profile.weights().type() == IntegerType.INT4) {
            return narrow ? "a8w4" : "a16w4";
        }
        return narrow ? "int8" : "a16w8";
    }

    /**
     * Rewrites a prepared model without asking which kernels ONNX Runtime has, for variants that are only compared.
     *
     * @throws QuantizerException if the model can't be calibrated, or nothing in it can be quantized
     */
    public static OnnxModel rewrite(Calibration calibration, Recipe recipe) {
        return rewritten(calibration, recipe).variant();
    }

    /** The tensors whose ranges a recipe needs. */
    public static Set<String> tensorsToCalibrate(Calibration calibration, Recipe recipe) {
        PreparedModel prepared = calibration.prepared();
        Graph graph = prepared.model().graph();
        return Planner.plan(graph, prepared.facts(), recipe).toCalibrate(graph);
    }

    /** The layers with stored weights that a recipe quantizes, in the order of the graph. */
    public static List<Node> quantizedLayers(Calibration calibration, Recipe recipe) {
        PreparedModel prepared = calibration.prepared();
        Graph graph = prepared.model().graph();
        QuantizationPlan plan = Planner.plan(graph, prepared.facts(), recipe);
        return graph.sorted().stream()
                .filter(node -> node.isLayer() && plan.nodes().contains(node))
                .toList();
    }

    /** A variant, and the quantized operators that ONNX Runtime computes in floats nevertheless. */
    private record Attempt(
            QuantizationPlan plan, OnnxModel variant, List<TensorClip> clips, Map<String, String> computedInFloats) {}

    private static Attempt attempt(Calibration calibration, Recipe recipe) {
        Attempt attempt = rewritten(calibration, recipe);
        Map<String, String> inFloats = new LinkedHashMap<>();
        List<Node> narrow = attempt.plan().nodes().stream()
                .filter(node -> !attempt.plan().wide().contains(node))
                .toList();
        KernelCheck.computedInFloats(attempt.variant(), narrow).forEach(node -> inFloats.put(node.label(), NO_KERNEL));
        return new Attempt(attempt.plan(), attempt.variant(), attempt.clips(), inFloats);
    }

    private static Attempt rewritten(Calibration calibration, Recipe recipe) {
        PreparedModel prepared = calibration.prepared();
        Graph graph = prepared.model().graph();
        QuantizationPlan plan = Planner.plan(graph, prepared.facts(), recipe);
        check(plan, recipe);
        List<TensorClip> clips = clips(calibration, recipe, plan.toCalibrate(graph));
        BiasCorrection correction = new BiasCorrection(
                graph,
                means(
                        calibration,
                        recipe.biasCorrection(),
                        BiasCorrection.needed(graph, prepared.facts(), plan.nodes())));
        // Steps of 16 bits are fine enough for the whole range.
        List<TensorClip> told = clips.stream()
                .map(clip -> plan.isWide(graph, clip.tensor()) ? clip.unclipped() : clip)
                .toList();
        QdqInserter.apply(graph, prepared.facts(), recipe, plan, clips, correction, calibration.weights());
        return new Attempt(plan, prepared.model().withGraph(graph), told, Map.of());
    }

    private static Map<String, ChannelMeans> means(
            Calibration calibration, BiasMeans source, Map<String, ChannelAxis> needed) {
        if (source == BiasMeans.NONE) {
            return Map.of();
        }
        Map<String, ChannelMeans> means = new LinkedHashMap<>();
        if (source == BiasMeans.ANALYTIC) {
            means.putAll(AnalyticMeans.of(calibration.prepared()));
            means.keySet().retainAll(needed.keySet());
        }
        Map<String, ChannelAxis> others = new LinkedHashMap<>(needed);
        others.keySet().removeAll(means.keySet());
        calibration.means(others).forEach(means::putIfAbsent);
        return means;
    }

    private static List<TensorClip> clips(Calibration calibration, Recipe recipe, Set<String> tensors) {
        CalibrationStatistics seen =
                calibration.statistics(tensors, recipe.ranges().needsHistograms());
        DeviceClassProfile.Activations activations = recipe.profile().activations();
        List<TensorClip> clips = new ArrayList<>();
        for (String tensor : tensors) {
            RangeMethod method = recipe.ranges().methodFor(tensor);
            clips.add(new TensorClip(
                    tensor,
                    method.name(),
                    seen.of(tensor).range(),
                    seen.range(tensor, method, activations.type(), activations.symmetric()),
                    seen.of(tensor).histogram()));
        }
        return clips;
    }

    // An operator that is quantized and yet computed in floats is slower than one that was left alone, so it is left
    // alone; that may cost its neighbours their kernels, and so on until nothing changes.
    private static Attempt settle(Calibration calibration, Recipe recipe, Attempt first) {
        Attempt attempt = first;
        Recipe settled = recipe;
        while (!settled.leftFloat()
                .keySet()
                .containsAll(attempt.computedInFloats().keySet())) {
            settled = settled.leaving(attempt.computedInFloats());
            attempt = attempt(calibration, settled);
        }
        return attempt;
    }

    private static void check(QuantizationPlan plan, Recipe recipe) {
        DeviceClassProfile profile = recipe.profile();
        if (plan.nodes().stream().noneMatch(Node::isLayer)) {
            throw new QuantizerException(
                    ReasonCode.QUANTIZATION_FAILED,
                    "the model has no operator with weights that can be quantized for " + profile.name()
                            + ": its weights must be floats of 32 or 16 bits, the profile must list it, and ONNX Runtime"
                            + " choose an int8 kernel for it where int8Kernels is required");
        }
        if (profile.everyOperator()) {
            refuse(profile, "every operator must be quantized", plan.leftFloat());
        } else if (!profile.layers().contains(Precision.FLOAT32)) {
            refuse(
                    profile,
                    "its profile lists no float32 under layers, so that every layer must be quantized",
                    plan.leftFloat().stream()
                            .filter(layer -> Node.isLayer(layer.operator()))
                            .filter(layer ->
                                    recipe.layers().getOrDefault(layer.name(), Precision.FLOAT32) == Precision.FLOAT32)
                            .toList());
        }
    }

    private static void refuse(DeviceClassProfile profile, String demand, List<FloatLayer> left) {
        if (!left.isEmpty()) {
            String layers = left.stream()
                    .map(layer -> layer.operator() + " " + layer.name() + " (" + layer.reason() + ")")
                    .collect(Collectors.joining(", "));
            throw new QuantizerException(
                    ReasonCode.OPERATOR_UNSUPPORTED,
                    profile.name() + ": " + demand + ", but these can't be: " + layers);
        }
    }
}
