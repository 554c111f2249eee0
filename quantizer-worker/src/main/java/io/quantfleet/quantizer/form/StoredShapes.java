package io.quantfleet.quantizer.form;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.List;

/**
 * Types and dimensions of the tensors that a matrix in blocks is stored in.
 *
 * @param integerType of the integers and of the zero points
 * @param integers dimensions of the integers
 * @param scales dimensions of the scales
 * @param zeroPoints dimensions of the zero points, where there are any
 */
record StoredShapes(DataType integerType, List<Long> integers, List<Long> scales, List<Long> zeroPoints) {

    static StoredShapes of(StoredMatrix matrix, long blocks, WeightOnlyOptions options) {
        long rows = matrix.rows();
        long columns = matrix.columns();
        if (options.encoding() == BlockEncoding.QDQ) {
            List<Long> ofBlocks = List.of(blocks, columns);
            return new StoredShapes(typeOf(options), List.of(rows, columns), ofBlocks, ofBlocks);
        }
        long bytesOfABlock = (long) options.blocks().size() * options.bits() / Byte.SIZE;
        long zeroBytesOfAColumn = (blocks * options.bits() + Byte.SIZE - 1) / Byte.SIZE;
        return new StoredShapes(
                DataType.UINT8,
                List.of(columns, blocks, bytesOfABlock),
                List.of(columns * blocks),
                List.of(columns * zeroBytesOfAColumn));
    }

    private static DataType typeOf(WeightOnlyOptions options) {
        if (options.bits() == Byte.SIZE) {
            return options.blocks().symmetric() ? DataType.INT8 : DataType.UINT8;
        }
        return options.blocks().symmetric() ? DataType.INT4 : DataType.UINT4;
    }
}
