package io.quantfleet.quantizer.search;

/** Techniques that a search may use, in the order of the ladder. Names are those of reports and of the command line. */
public enum Technique {
    /** What no softmax can tell apart is cut off, attention masks above all. */
    SOFTMAX_BOUNDS("softmax-bounds"),
    /** Ranges are chosen by the best of several methods, tensor by tensor. */
    CALIBRATION("calibration"),
    /** Channels of unlike size are made alike, and high biases absorbed. */
    EQUALIZATION("cross-layer-equalization"),
    /** Outlier channels of layer norms go to the matrices that read them. */
    SMOOTH_QUANT("smooth-quant"),
    /** Biases make up for the mean error of rounded weights. */
    BIAS_CORRECTION("bias-correction"),
    /** Weights' scales have the least squared error. */
    WEIGHT_CLIPPING("weight-clipping"),
    /** It is learned, layer by layer, which way each weight is rounded. */
    ADAROUND("adaround"),
    /** It is learned for the layers of a block together which way their weights are rounded. */
    BLOCK_RECONSTRUCTION("block-reconstruction"),
    /** Weights and scales are trained with fake quantization in place. */
    QAT("qat"),
    /** Sensitive layers get another precision. */
    MIXED_PRECISION("mixed-precision"),
    /** The whole model gets another form than static INT8. */
    FORMS("forms");

    private final String wireName;

    Technique(String wireName) {
        this.wireName = wireName;
    }

    /** The name in reports and on the command line. */
    public String wireName() {
        return wireName;
    }
}
