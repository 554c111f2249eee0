package io.quantfleet.quantizer.form;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The operators by which a variant multiplies with a matrix that is stored in blocks. */
public enum BlockEncoding {
    /** ONNX Runtime's own MatMulNBits: one operator, any opset, and the variant says what it may be computed with. */
    MATMUL_N_BITS("matmulnbits"),
    /**
     * ONNX's own DequantizeLinear with {@code block_size}, which needs opset 21, before a MatMul: for other runtimes.
     * ONNX Runtime makes MatMulNBits of it when it loads the variant.
     */
    QDQ("qdq");

    private static final String ONNX_RUNTIME = "onnxruntime-cpu";

    private final String label;

    BlockEncoding(String label) {
        this.label = label;
    }

    /** ONNX Runtime's own operator where that is what runs the variant, ONNX's anywhere else. */
    static BlockEncoding suiting(String runtime) {
        return runtime.equals(ONNX_RUNTIME) ? MATMUL_N_BITS : QDQ;
    }

    /** The name in options and reports. */
    public String label() {
        return label;
    }

    /**
     * The encoding of that name.
     *
     * @throws IllegalArgumentException naming those that there are
     */
    public static BlockEncoding ofLabel(String label) {
        return Arrays.stream(values())
                .filter(encoding -> encoding.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + label + "' is no encoding of "
                        + Arrays.stream(values()).map(BlockEncoding::label).collect(Collectors.joining(", "))));
    }
}
