package io.quantfleet.quantizer.train.graph;

import ai.djl.ndarray.NDArray;
import io.quantfleet.quantizer.onnx.Node;

/** What multiplies with weights. */
final class LayerOperators {
    private LayerOperators() {}

    static void register(OperatorTable table) {
        table.one("Conv", LayerOperators::convolution);
        table.one("Gemm", LayerOperators::gemm);
        table.binary("MatMul", NDArray::matMul);
    }

    private static Operation.OfOne convolution(Node node) {
        Window window = Window.of(node);
        int groups = (int) node.integer("group", 1);
        return operands -> {
            NDArray weight = operands.get(1);
            Window.Placed placed =
                    window.over(operands.get(0), weight.getShape().slice(2));
            NDArray bias = operands.has(2) ? operands.get(2) : null;
            return placed.input()
                    .getNDArrayInternal()
                    .convolution(
                            placed.input(), weight, bias, placed.strides(), placed.pads(), placed.dilations(), groups)
                    .singletonOrThrow();
        };
    }

    private static Operation.OfOne gemm(Node node) {
        boolean transA = node.integer("transA", 0) == 1;
        boolean transB = node.integer("transB", 0) == 1;
        float alpha = node.number("alpha", 1);
        float beta = node.number("beta", 1);
        return operands -> {
            NDArray a = transA ? operands.get(0).transpose() : operands.get(0);
            NDArray b = operands.get(1);
            if (alpha == 1 && beta == 1 && operands.has(2) && Shapes.rank(operands.get(2)) == 1) {
                return a.getNDArrayInternal()
                        .linear(a, transB ? b : b.transpose(), operands.get(2))
                        .singletonOrThrow();
            }
            NDArray product = a.matMul(transB ? b.transpose() : b);
            product = alpha == 1 ? product : product.mul(alpha);
            if (!operands.has(2)) {
                return product;
            }
            return product.add(beta == 1 ? operands.get(2) : operands.get(2).mul(beta));
        };
    }
}
