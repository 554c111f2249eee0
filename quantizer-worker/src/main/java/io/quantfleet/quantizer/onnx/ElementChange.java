package io.quantfleet.quantizer.onnx;

/** What becomes of the elements of a stored tensor of floats, each by itself. */
@FunctionalInterface
public interface ElementChange {

    /** The new value of the element at that place in row-major order. */
    float of(int element, float value);
}
