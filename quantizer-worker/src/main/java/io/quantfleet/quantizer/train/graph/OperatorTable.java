package io.quantfleet.quantizer.train.graph;

import ai.djl.ndarray.NDArray;
import io.quantfleet.quantizer.onnx.Node;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** All operators that can be executed, by name. */
final class OperatorTable {
    private static final Map<String, Operation.Factory> FACTORIES = new HashMap<>();

    static {
        OperatorTable table = new OperatorTable();
        ElementwiseOperators.register(table);
        ActivationOperators.register(table);
        LayerOperators.register(table);
        PoolingOperators.register(table);
        NormalizationOperators.register(table);
        ReductionOperators.register(table);
        ShapeOperators.register(table);
        IndexOperators.register(table);
    }

    private OperatorTable() {}

    /**
     * What a node does.
     *
     * @throws io.quantfleet.quantizer.QuantizerException if nothing here does that
     */
    static Operation operation(Node node, int opset) {
        Operation.Factory factory = FACTORIES.get(key(node.domain(), node.operator()));
        if (factory == null || node.hasSubgraph()) {
            throw Unsupported.operator(node);
        }
        return factory.of(node, opset);
    }

    private static String key(String domain, String operator) {
        return domain.isEmpty() ? operator : domain + "." + operator;
    }

    /** An operator of ONNX's own, of any number of outputs. */
    void add(String operator, Operation.Factory factory) {
        FACTORIES.put(operator, factory);
    }

    /** An operator of one output. */
    void one(String operator, Function<Node, Operation.OfOne> factory) {
        add(operator, (node, opset) -> one(factory.apply(node)));
    }

    /** One of ONNX Runtime's own operators, with one output. */
    void microsoft(String operator, Function<Node, Operation.OfOne> factory) {
        add(key(Node.MICROSOFT, operator), (node, opset) -> one(factory.apply(node)));
    }

    /** An operator of one operand and no attributes. */
    void unary(String operator, UnaryOperator<NDArray> function) {
        one(operator, node -> operands -> function.apply(operands.get(0)));
    }

    /** An operator of two operands and no attributes. */
    void binary(String operator, BinaryOperator<NDArray> function) {
        one(operator, node -> operands -> function.apply(operands.get(0), operands.get(1)));
    }

    private static Operation one(Operation.OfOne operation) {
        return operands -> List.of(operation.apply(operands));
    }
}
