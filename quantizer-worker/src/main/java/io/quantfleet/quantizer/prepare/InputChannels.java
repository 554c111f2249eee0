package io.quantfleet.quantizer.prepare;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.onnx.Node;
import java.util.List;

/**
 * Which input channel each element of a layer's weight is multiplied with.
 *
 * @param count how many input channels there are
 * @param rows length of the weight's first axis
 * @param columns length of its second axis
 * @param inner elements of all further axes together
 * @param axis the axis that runs over input channels, those of one group only for Conv
 * @param groups groups of a Conv, else 1
 */
public record InputChannels(int count, int rows, int columns, int inner, int axis, int groups) {

    /** The channels of a Conv, ConvTranspose, Gemm or MatMul with that stored weight. */
    public static InputChannels of(Node layer, TensorProto weight) {
        List<Long> dimensions = weight.getDimsList();
        int rows = Math.toIntExact(dimensions.get(0));
        int columns = dimensions.size() > 1 ? Math.toIntExact(dimensions.get(1)) : 1;
        int inner = Math.toIntExact(dimensions.stream().skip(2).reduce(1L, Math::multiplyExact));
        if (layer.is("Conv")) {
            int groups = (int) layer.integer("group", 1);
            return new InputChannels(columns * groups, rows, columns, inner, 1, groups);
        }
        boolean second = layer.is("Gemm") && layer.integer("transB", 0) == 1;
        return new InputChannels(second ? columns : rows, rows, columns, inner, second ? 1 : 0, 1);
    }

    /** The channel of the element at that place in row-major order. */
    public int ofElement(int index) {
        int row = index / (columns * inner);
        int column = index / inner % columns;
        if (axis == 0) {
            return row;
        }
        int group = row / (rows / groups);
        return group * columns + column;
    }
}
