package io.quantfleet.quantizer.train.graph;

import ai.djl.ndarray.NDArray;
import io.quantfleet.quantizer.onnx.Node;
import java.util.List;

/** What a node does to arrays, its attributes settled. */
@FunctionalInterface
interface Operation {

    /**
     * Computes the node's outputs, in their order; a result may be an operand itself or a view of it.
     *
     * @param operands the node's inputs
     */
    List<NDArray> apply(Operands operands);

    /** An operation of one output. */
    @FunctionalInterface
    interface OfOne {
        NDArray apply(Operands operands);
    }

    /** Makes operations of one operator. */
    @FunctionalInterface
    interface Factory {
        /**
         * Reads a node's attributes.
         *
         * @param opset the version of the operator set, where that decides what they mean
         * @throws io.quantfleet.quantizer.QuantizerException if the node asks for what can't be done
         */
        Operation of(Node node, int opset);
    }
}
