package io.quantfleet.quantizer.quantize;

import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.OptimizedModel;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Loads a variant in ONNX Runtime and reads from the graph that it makes of it which operators run on integers. Signed
 * activations count as they do on ARM, whatever processor this is.
 */
public final class KernelCheck {
    /** Operators that ONNX Runtime has an int8 kernel for on the CPU. */
    private static final Set<String> HAVE_KERNEL = Set.of(
            "Conv",
            "Gemm",
            "MatMul",
            "Add",
            "Mul",
            "AveragePool",
            "GlobalAveragePool",
            "Concat",
            "LeakyRelu",
            "Sigmoid",
            "Softmax");

    private static final Set<String> KERNELS = Set.of(
            "QLinearConv",
            "QGemm",
            "QLinearMatMul",
            "MatMulIntegerToFloat",
            "QLinearAdd",
            "QLinearMul",
            "QLinearAveragePool",
            "QLinearGlobalAveragePool",
            "QLinearConcat",
            "QLinearLeakyRelu",
            "QLinearSigmoid",
            "QLinearSoftmax");

    /** What ONNX Runtime appends to the name of a node that it moves to another layout. */
    private static final Pattern LAYOUT_SUFFIX = Pattern.compile("_token_\\d+$");

    private KernelCheck() {}

    /**
     * The quantized operators that are computed in floats nevertheless, although ONNX Runtime has an int8 kernel for
     * their kind.
     *
     * @param quantized the operators that the variant was meant to compute on integers
     * @throws QuantizerException if ONNX Runtime does not load the variant
     */
    public static List<Node> computedInFloats(OnnxModel variant, Collection<Node> quantized) {
        Set<String> onIntegers = new HashSet<>();
        RuntimeOptions options = RuntimeOptions.threads(1).withSignedKernels();
        for (Node node : OptimizedModel.of(variant, options).graph().sorted()) {
            if (KERNELS.contains(node.operator())) {
                onIntegers.add(LAYOUT_SUFFIX.matcher(node.name()).replaceFirst(""));
            }
        }
        return quantized.stream()
                .filter(node -> node.domain().isEmpty() && HAVE_KERNEL.contains(node.operator()))
                .filter(node -> !onIntegers.contains(node.label()))
                .toList();
    }
}
