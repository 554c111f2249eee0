package io.quantfleet.quantizer.train.graph;

import ai.djl.ndarray.NDArray;
import io.quantfleet.quantizer.onnx.Node;
import java.util.List;

/** Functions that come after layers. */
final class ActivationOperators {
    private static final int SOFTMAX_HAS_ONE_AXIS = 13;
    private static final double SQRT_OF_2_BY_PI = Math.sqrt(2 / Math.PI);
    private static final double CUBIC = 0.044715;

    private ActivationOperators() {}

    static void register(OperatorTable table) {
        table.unary("Relu", x -> x.getNDArrayInternal().relu());
        table.unary("Sigmoid", x -> x.getNDArrayInternal().sigmoid());
        table.unary("Tanh", NDArray::tanh);
        table.unary("Softplus", x -> x.getNDArrayInternal().softPlus());
        table.unary("HardSwish", x -> x.mul(x.div(6).add(0.5f).clip(0, 1)));
        table.one("HardSigmoid", ActivationOperators::hardSigmoid);
        table.one("LeakyRelu", node -> {
            float slope = node.number("alpha", 0.01f);
            return operands -> operands.get(0).getNDArrayInternal().leakyRelu(slope);
        });
        table.one("Elu", node -> {
            float alpha = node.number("alpha", 1);
            return operands -> operands.get(0).getNDArrayInternal().elu(alpha);
        });
        table.one("PRelu", node -> operands -> {
            NDArray x = operands.get(0);
            return x.maximum(0).add(x.minimum(0).mul(operands.get(1)));
        });
        table.one("Clip", node -> ActivationOperators::clip);
        table.one("Gelu", node -> gelu(node.text("approximate", "none").equals("tanh")));
        table.microsoft("Gelu", node -> gelu(false));
        table.microsoft("FastGelu", node -> operands -> {
            NDArray x = operands.has(1) ? operands.get(0).add(operands.get(1)) : operands.get(0);
            return tanhGelu(x);
        });
        table.microsoft("QuickGelu", node -> {
            float alpha = node.number("alpha", 1.702f);
            return operands -> {
                NDArray x = operands.get(0);
                return x.mul(x.mul(alpha).getNDArrayInternal().sigmoid());
            };
        });
        table.add("Softmax", (node, opset) -> softmax(node, opset, NDArray::softmax));
        table.add("LogSoftmax", (node, opset) -> softmax(node, opset, NDArray::logSoftmax));
    }

    private static Operation.OfOne hardSigmoid(Node node) {
        float alpha = node.number("alpha", 0.2f);
        float beta = node.number("beta", 0.5f);
        return operands -> operands.get(0).mul(alpha).add(beta).clip(0, 1);
    }

    private static NDArray clip(Operands operands) {
        double least = operands.has(1) ? operands.number(1) : Double.NEGATIVE_INFINITY;
        double greatest = operands.has(2) ? operands.number(2) : Double.POSITIVE_INFINITY;
        return operands.get(0).clip(least, greatest);
    }

    private static Operation.OfOne gelu(boolean approximately) {
        return approximately
                ? operands -> tanhGelu(operands.get(0))
                : operands -> operands.get(0).getNDArrayInternal().gelu();
    }

    private static NDArray tanhGelu(NDArray x) {
        NDArray inner = x.add(x.mul(x).mul(x).mul(CUBIC)).mul(SQRT_OF_2_BY_PI);
        return x.mul(inner.tanh().add(1)).mul(0.5);
    }

    private interface OverAxis {
        NDArray apply(NDArray array, int axis);
    }

    private static Operation softmax(Node node, int opset, OverAxis function) {
        if (opset >= SOFTMAX_HAS_ONE_AXIS) {
            long axis = node.integer("axis", -1);
            return operands -> {
                NDArray x = operands.get(0);
                return List.of(function.apply(x, Shapes.axis(axis, Shapes.rank(x))));
            };
        }
        long axis = node.integer("axis", 1);
        return operands -> {
            NDArray x = operands.get(0);
            long rows = x.getShape().slice(0, Shapes.axis(axis, Shapes.rank(x))).size();
            return List.of(function.apply(x.reshape(rows, -1), 1).reshape(x.getShape()));
        };
    }
}
