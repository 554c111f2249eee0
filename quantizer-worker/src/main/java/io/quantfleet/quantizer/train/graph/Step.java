package io.quantfleet.quantizer.train.graph;

import java.util.List;

/**
 * Something to compute.
 *
 * @param label the node, as messages call it
 * @param inputs tensors and parameters that it reads; empty names for those left out
 * @param outputs tensors that it makes
 */
record Step(String label, Operation operation, List<String> inputs, List<String> outputs) {}
