package io.quantfleet.quantizer.train.graph;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.runtime.ElementType;
import java.util.function.BinaryOperator;

/** Arithmetic, comparison, logic and conversion of single elements. */
final class ElementwiseOperators {
    private ElementwiseOperators() {}

    static void register(OperatorTable table) {
        table.binary("Add", NDArray::add);
        table.binary("Sub", NDArray::sub);
        table.binary("Mul", NDArray::mul);
        table.binary("Div", ElementwiseOperators::divide);
        table.binary("Pow", (base, exponent) -> base.pow(exponent.toType(base.getDataType(), false)));
        table.one("Min", node -> folding(NDArray::minimum));
        table.one("Max", node -> folding(NDArray::maximum));
        table.one("Sum", node -> folding(NDArray::add));
        table.one(
                "Mean",
                node -> operands -> folding(NDArray::add).apply(operands).div(operands.count()));
        table.unary("Neg", NDArray::neg);
        table.unary("Abs", NDArray::abs);
        table.unary("Sqrt", NDArray::sqrt);
        table.unary("Exp", NDArray::exp);
        table.unary("Log", NDArray::log);
        table.unary("Sin", NDArray::sin);
        table.unary("Cos", NDArray::cos);
        table.unary("Erf", NDArray::erf);
        table.unary("Reciprocal", x -> x.onesLike().div(x));
        table.unary("Floor", NDArray::floor);
        table.unary("Ceil", NDArray::ceil);
        table.unary("Round", NDArray::round);
        table.unary("Sign", NDArray::sign);
        table.unary("Identity", x -> x);
        table.unary("Dropout", x -> x);
        table.binary("Equal", NDArray::eq);
        table.binary("Less", NDArray::lt);
        table.binary("LessOrEqual", NDArray::lte);
        table.binary("Greater", NDArray::gt);
        table.binary("GreaterOrEqual", NDArray::gte);
        table.binary("And", NDArray::logicalAnd);
        table.binary("Or", NDArray::logicalOr);
        table.binary("Xor", NDArray::logicalXor);
        table.unary("Not", NDArray::logicalNot);
        table.one("Where", node -> operands -> choose(operands.get(0), operands.get(1), operands.get(2)));
        table.one("Cast", ElementwiseOperators::cast);
    }

    // Integers are divided towards zero.
    private static NDArray divide(NDArray dividend, NDArray divisor) {
        return dividend.getDataType().isFloating()
                ? dividend.div(divisor)
                : dividend.div(divisor).trunc().toType(dividend.getDataType(), false);
    }

    private static Operation.OfOne folding(BinaryOperator<NDArray> function) {
        return operands -> {
            NDArray result = operands.get(0);
            for (int i = 1; i < operands.count(); i++) {
                result = function.apply(result, operands.get(i));
            }
            return result;
        };
    }

    /** One or the other, element by element. */
    static NDArray choose(NDArray condition, NDArray one, NDArray other) {
        Shape shape = Shapes.broadcast(condition.getShape(), Shapes.broadcast(one.getShape(), other.getShape()));
        return Shapes.stretched(one, shape)
                .getNDArrayInternal()
                .where(Shapes.stretched(condition, shape), Shapes.stretched(other, shape));
    }

    private static Operation.OfOne cast(Node node) {
        long code = node.integer("to", 0);
        ElementType type = ElementType.ofOnnxCode((int) code)
                .orElseThrow(() -> Unsupported.because(node, "elements of type " + code));
        return switch (type) {
            case FLOAT32, FLOAT64 -> operands -> operands.get(0).toType(operands.precision(), false);
            case INT64 -> operands -> whole(operands.get(0), DataType.INT64);
            case INT32 -> operands -> whole(operands.get(0), DataType.INT32);
            case BOOL -> operands -> operands.get(0).toType(DataType.BOOLEAN, false);
            default -> throw Unsupported.because(node, "elements of type " + type);
        };
    }

    private static NDArray whole(NDArray array, DataType type) {
        return array.toType(type, false);
    }
}
