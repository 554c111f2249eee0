package io.quantfleet.quantizer.calibration;

import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.runtime.Batch;
import java.util.Collection;
import java.util.Map;
import java.util.Set;

/**
 * A way to find each tensor's range. It says which outputs it wants of the graph, adding what computes them, sees those
 * outputs of every batch, and gives the ranges at the end. One object serves one calibration, on one thread.
 */
public interface CalibrationMethod {

    /** The method's name in reports. */
    String name();

    /**
     * Adds to the graph what the method needs to see.
     *
     * @param tensors tensors of 32-bit floats
     * @return the outputs to compute
     */
    Collection<String> instrument(Graph graph, Set<String> tensors);

    /**
     * Takes in a batch that has run.
     *
     * @throws io.quantfleet.quantizer.QuantizerException if a tensor took a value that is not finite
     */
    void observe(Batch batch);

    /** The range of each tensor. */
    Map<String, Range> ranges();
}
