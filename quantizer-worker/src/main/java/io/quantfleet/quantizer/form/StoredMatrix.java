package io.quantfleet.quantizer.form;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.Tensors;
import java.util.List;
import java.util.Optional;

/**
 * The stored weight of a layer that multiplies by a matrix.
 *
 * @param tensor the stored tensor
 * @param rows what is summed over
 * @param columns what comes out
 * @param transposed whether it is stored by columns
 */
record StoredMatrix(TensorProto tensor, int rows, int columns, boolean transposed) {

    /** The weight of a MatMul, or of a Gemm that neither scales nor transposes what it reads. */
    static Optional<StoredMatrix> of(Graph graph, Node node) {
        boolean gemm = node.is("Gemm")
                && node.integer("transA", 0) == 0
                && node.number("alpha", 1) == 1
                && (node.number("beta", 1) == 1 || node.input(2).isEmpty());
        if (!gemm && !node.is("MatMul")) {
            return Optional.empty();
        }
        boolean transposed = node.integer("transB", 0) == 1;
        return node.input(1)
                .flatMap(graph::initializer)
                .filter(tensor -> Tensors.isFloat(tensor) && tensor.getDimsCount() == 2)
                .filter(tensor -> tensor.getDimsList().stream().allMatch(size -> size > 0 && size <= Integer.MAX_VALUE))
                .map(tensor -> of(tensor, transposed));
    }

    private static StoredMatrix of(TensorProto tensor, boolean transposed) {
        List<Long> sizes = tensor.getDimsList();
        int first = sizes.get(0).intValue();
        int second = sizes.get(1).intValue();
        return transposed
                ? new StoredMatrix(tensor, second, first, true)
                : new StoredMatrix(tensor, first, second, false);
    }

    /** The place of an element in the stored order. */
    int element(int row, int column) {
        return transposed ? column * rows + row : row * columns + column;
    }
}
