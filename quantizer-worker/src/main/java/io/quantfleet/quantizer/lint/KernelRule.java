package io.quantfleet.quantizer.lint;

import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.quantize.KernelCheck;
import io.quantfleet.quantizer.target.DeviceClassProfile.Kernels;

/**
 * {@code loads} and {@code int8-kernel}: ONNX Runtime takes the variant, and chooses kernels on integers for the operators
 * that stand between DequantizeLinear and QuantizeLinear. Asked of profiles whose runtime it is.
 */
final class KernelRule implements LintRule {

    @Override
    public void check(LintSubject subject, Findings findings) {
        if (!subject.runsOn("onnxruntime-cpu")) {
            return;
        }
        try {
            boolean required = subject.profile().int8Kernels() == Kernels.REQUIRED;
            for (Node node : KernelCheck.computedInFloats(subject.model(), subject.onIntegers())) {
                findings.add(
                        required,
                        "int8-kernel",
                        node,
                        "ONNX Runtime has a kernel on integers for " + node.operator()
                                + " but does not choose it here, so that quantizing only costs time: leave this operator in"
                                + " FP32, or quantize all that it reads and gives");
            }
        } catch (QuantizerException e) {
            findings.error("loads", "the whole model", "ONNX Runtime does not load it: " + e.getMessage());
        }
    }
}
