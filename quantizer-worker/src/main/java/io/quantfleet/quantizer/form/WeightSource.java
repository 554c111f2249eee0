package io.quantfleet.quantizer.form;

import java.nio.FloatBuffer;

/** Reads parts of a stored tensor of floats, wherever it lies. */
@FunctionalInterface
interface WeightSource {

    /** Fills the buffer with elements from {@code first} on. */
    void read(long first, FloatBuffer target);
}
