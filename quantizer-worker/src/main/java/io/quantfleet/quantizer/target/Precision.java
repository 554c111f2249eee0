package io.quantfleet.quantizer.target;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Precisions that a single operator may have in a variant of mixed precision. */
public enum Precision {
    /** Weights and activations in 8 bits. */
    @JsonProperty("int8")
    INT8("int8"),
    /** Weights in 8 bits, activations in 16. */
    @JsonProperty("a16w8")
    A16W8("a16w8"),
    /** Everything in 16-bit floats. */
    @JsonProperty("float16")
    FLOAT16("float16"),
    /** Everything in 32-bit floats, as it was. */
    @JsonProperty("float32")
    FLOAT32("float32"),
    /** Weights in 4 bits, group by group; activations in floats. */
    @JsonProperty("int4-weights")
    INT4_WEIGHTS("int4-weights");

    private final String label;

    Precision(String label) {
        this.label = label;
    }

    /** The name in profiles and reports. */
    public String label() {
        return label;
    }
}
