package io.quantfleet.quantizer.target;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Integer types that quantized tensors are stored in. */
public enum IntegerType {
    @JsonProperty("int8")
    INT8(-128, 127),
    @JsonProperty("uint8")
    UINT8(0, 255);

    private final int least;
    private final int greatest;

    IntegerType(int least, int greatest) {
        this.least = least;
        this.greatest = greatest;
    }

    /** The least value. */
    public int least() {
        return least;
    }

    /** The greatest value. */
    public int greatest() {
        return greatest;
    }
}
