package io.quantfleet.agent.serve;

/** Types of tensor elements, called as the Open Inference Protocol calls them. */
public enum Datatype {
    BOOL(1),
    UINT8(1),
    INT8(1),
    INT16(2),
    INT32(4),
    INT64(8),
    /** Half precision; travels as bytes only, for JSON has no way to write it. */
    FP16(2),
    FP32(4),
    FP64(8);

    private final int bytes;

    Datatype(int bytes) {
        this.bytes = bytes;
    }

    /** The size of one element. */
    public int bytes() {
        return bytes;
    }
}
