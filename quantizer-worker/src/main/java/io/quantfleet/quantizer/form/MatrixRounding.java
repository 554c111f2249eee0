package io.quantfleet.quantizer.form;

import io.quantfleet.quantizer.onnx.Node;

/** Chooses scales and integers for the weights of layers, one layer after another in the order of the graph. */
@FunctionalInterface
interface MatrixRounding {

    /**
     * Quantizes a layer's matrix.
     *
     * @param layer as it is before it is replaced; everything before it in the graph is replaced already
     */
    Blocks round(Node layer, StoredMatrix matrix, WeightSource source);
}
