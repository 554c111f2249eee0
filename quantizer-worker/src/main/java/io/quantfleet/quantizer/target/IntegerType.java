package io.quantfleet.quantizer.target;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Integer types that quantized tensors are stored in. */
public enum IntegerType {
    /** Of weights only. */
    @JsonProperty("int4")
    INT4(-8, 7),
    @JsonProperty("int8")
    INT8(-128, 127),
    @JsonProperty("uint8")
    UINT8(0, 255),
    @JsonProperty("int16")
    INT16(-32768, 32767),
    @JsonProperty("uint16")
    UINT16(0, 65535);

    private static final int STEPS_OF_A_BYTE = 255;

    private final int least;
    private final int greatest;

    IntegerType(int least, int greatest) {
        this.least = least;
        this.greatest = greatest;
    }

    /** Whether there are values below zero. */
    public boolean signed() {
        return least < 0;
    }

    /** Bytes that one value takes by itself; two of {@link #INT4} share one where they are stored in a model. */
    public int bytes() {
        return greatest - least > STEPS_OF_A_BYTE ? Short.BYTES : Byte.BYTES;
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
