package io.quantfleet.quantizer.train.graph;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.quantfleet.quantizer.onnx.Node;

/** Normalizations; that of batches as it is when a model is used: with the statistics that it stores. */
final class NormalizationOperators {
    private static final float EPSILON = 1e-5f;

    private NormalizationOperators() {}

    static void register(OperatorTable table) {
        table.one("BatchNormalization", NormalizationOperators::batch);
        table.one("LayerNormalization", NormalizationOperators::layer);
        table.one("RMSNormalization", NormalizationOperators::rootMeanSquare);
        // ONNX Runtime's, which files give no domain.
        table.one("SimplifiedLayerNormalization", NormalizationOperators::rootMeanSquare);
        table.microsoft("SimplifiedLayerNormalization", NormalizationOperators::rootMeanSquare);
    }

    private static Operation.OfOne batch(Node node) {
        float epsilon = node.number("epsilon", EPSILON);
        Unsupported.unless(node.integer("training_mode", 0) == 0, node, "training_mode");
        return operands -> {
            NDArray x = operands.get(0);
            int rank = Shapes.rank(x);
            Shape along = Shapes.along(1, rank, operands.get(1).size());
            NDArray factor = operands.get(1).div(operands.get(4).add(epsilon).sqrt());
            NDArray offset = operands.get(2).sub(operands.get(3).mul(factor));
            return x.mul(factor.reshape(along)).add(offset.reshape(along));
        };
    }

    private static Operation.OfOne layer(Node node) {
        float epsilon = node.number("epsilon", EPSILON);
        long axis = node.integer("axis", -1);
        Unsupported.unless(node.outputs().size() == 1, node, "more than one output");
        return operands -> {
            NDArray x = operands.get(0);
            NDArray scale = operands.get(1);
            Shape normalized = x.getShape().slice(Shapes.axis(axis, Shapes.rank(x)));
            NDArray bias = operands.has(2) ? operands.get(2) : scale.zerosLike();
            return x.getNDArrayInternal()
                    .layerNorm(
                            x,
                            normalized,
                            Shapes.stretched(scale, normalized),
                            Shapes.stretched(bias, normalized),
                            epsilon)
                    .singletonOrThrow();
        };
    }

    private static Operation.OfOne rootMeanSquare(Node node) {
        float epsilon = node.number("epsilon", EPSILON);
        long axis = node.integer("axis", -1);
        return operands -> {
            NDArray x = operands.get(0);
            Shape outer = x.getShape().slice(0, Shapes.axis(axis, Shapes.rank(x)));
            NDArray rows = x.reshape(outer.size(), -1);
            NDArray spread =
                    rows.mul(rows).mean(new int[] {1}, true).add(epsilon).sqrt();
            return rows.div(spread).reshape(x.getShape()).mul(operands.get(1));
        };
    }
}
