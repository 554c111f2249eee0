package io.quantfleet.quantizer.quantize;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import io.quantfleet.quantizer.target.DeviceClassProfile.Bias;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Quantizes the stored weight and bias of Conv, ConvTranspose, Gemm and MatMul. */
final class LayerWeights {
    /** Biases stay within 30 bits, so that the accumulator has room for the products. */
    private static final double LARGEST_BIAS = 1 << 30;

    private final Graph graph;
    private final Recipe recipe;
    private final DeviceClassProfile profile;
    private final QdqWriter writer;
    private final BiasCorrection correction;
    private final WeightCache cache;
    private final Map<List<Object>, Stored> shared = new HashMap<>();

    /** A weight that is stored in integers: the tensor to read, and its scales. */
    private record Stored(String name, WeightQuantizer.Quantized quantized) {}

    LayerWeights(Graph graph, Recipe recipe, QdqWriter writer, BiasCorrection correction, WeightCache cache) {
        this.graph = graph;
        this.recipe = recipe;
        this.profile = recipe.profile();
        this.writer = writer;
        this.correction = correction;
        this.cache = cache;
    }

    /**
     * Quantizes what the layer stores.
     *
     * @param activations the parameters of quantized tensors
     * @return whether it stores a weight
     */
    boolean quantize(Node layer, Map<String, Affine> activations) {
        Optional<TensorProto> weight = graph.initializer(layer.inputs().get(1)).filter(Tensors::isFloat);
        if (weight.isEmpty()) {
            return false;
        }
        int axis = axis(layer, weight.get());
        Optional<TensorProto> bias = integerBias(layer, weight.get());
        Affine input = activations.get(layer.inputs().get(0));
        double inputScale = input == null ? 0 : input.scale();
        boolean quantizeBias = bias.isPresent() && inputScale > 0;
        float[] least = quantizeBias ? leastScales(bias.orElseThrow(), inputScale, axis) : new float[1];
        Stored stored = stored(layer, weight.get(), axis, least);
        correction.apply(layer, weight.get(), stored.quantized());
        graph.setInput(layer, 1, stored.name());
        if (inputScale > 0) {
            float[] scales = biasScales(stored.quantized(), inputScale);
            integerBias(layer, weight.get())
                    .ifPresent(corrected -> graph.setInput(layer, 2, writer.storeBias(corrected, scales)));
        }
        return true;
    }

    // Layers that share a weight, and need the same scales for it, share its integers.
    private Stored stored(Node layer, TensorProto weight, int axis, float[] least) {
        WeightQuantizer.Quantized rounded = profile.weights().symmetric()
                ? cache.symmetric(weight, axis, least, recipe.greatestWeight(), recipe.weightClipping())
                : WeightQuantizer.perTensor(weight, profile.weights().type(), false);
        WeightQuantizer.Quantized quantized = Optional.ofNullable(
                        recipe.learned().get(layer.label()))
                .filter(learned -> learned.fits(rounded))
                .map(learned -> learned.in(rounded))
                .orElse(rounded);
        return shared.computeIfAbsent(
                List.of(weight.getName(), axis, quantized.parameters(), quantized.values()),
                missing -> new Stored(writer.storeQuantized(weight, quantized), quantized));
    }

    // The output channels' axis, or -1 for one scale.
    private int axis(Node layer, TensorProto weight) {
        if (!profile.weights().perChannel().contains(layer.operator()) || weight.getDimsCount() < 2) {
            return -1;
        }
        return switch (layer.operator()) {
            case "Conv" -> 0;
            // With groups, one place along the axis belongs to several output channels.
            case "ConvTranspose" -> layer.integer("group", 1) == 1 ? 1 : -1;
            case "Gemm" -> layer.integer("transB", 0) == 1 ? 0 : 1;
            // Kernels take scales for the columns of one matrix only.
            default -> weight.getDimsCount() == 2 ? 1 : -1;
        };
    }

    private Optional<TensorProto> integerBias(Node layer, TensorProto weight) {
        if (profile.bias() != Bias.INT32 || layer.is("MatMul") || scaled(layer)) {
            return Optional.empty();
        }
        long channels = channels(layer, weight);
        return layer.input(2)
                .flatMap(graph::initializer)
                .filter(Tensors::isFloat)
                .filter(bias -> bias.getDimsCount() == 1 && Tensors.elements(bias) == channels);
    }

    // Only a Gemm whose operands are computed still has factors.
    private static boolean scaled(Node layer) {
        return layer.number("alpha", 1) != 1 || layer.number("beta", 1) != 1;
    }

    private static long channels(Node layer, TensorProto weight) {
        List<Long> dimensions = weight.getDimsList();
        return switch (layer.operator()) {
            case "Conv" -> dimensions.get(0);
            case "ConvTranspose" -> dimensions.get(1) * layer.integer("group", 1);
            default -> dimensions.get(layer.integer("transB", 0) == 1 ? 0 : 1);
        };
    }

    // Scales below which a bias would not fit its integers.
    private static float[] leastScales(TensorProto bias, double inputScale, int axis) {
        float[] values = Tensors.floats(bias);
        float[] least = new float[axis < 0 ? 1 : values.length];
        for (int i = 0; i < values.length; i++) {
            double floor = Math.abs(values[i]) / (inputScale * LARGEST_BIAS);
            int place = axis < 0 ? 0 : i;
            least[place] = (float) Math.max(least[place], floor);
        }
        return least;
    }

    private static float[] biasScales(WeightQuantizer.Quantized weight, double inputScale) {
        float[] scales = new float[weight.parameters().size()];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = Affine.scale(weight.scale(i) * inputScale);
        }
        return scales;
    }
}
