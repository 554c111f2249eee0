/**
 * ONNX graphs as functions with gradients: {@link io.quantfleet.quantizer.train.graph.DifferentiableGraph} executes a graph, the
 * quantized ones included, on PyTorch through DJL. One class per family of operators.
 */
@NullMarked
package io.quantfleet.quantizer.train.graph;

import org.jspecify.annotations.NullMarked;
