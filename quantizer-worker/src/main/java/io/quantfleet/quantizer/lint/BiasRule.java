package io.quantfleet.quantizer.lint;

import io.quantfleet.quantizer.onnx.Coding;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.StoredType;
import io.quantfleet.quantizer.target.DeviceClassProfile.Bias;
import java.util.Optional;

/**
 * {@code bias-type} and {@code bias-scale}: biases of quantized layers are stored as the profile says, and integers have
 * the scale of the sum that they are added to, whatever the file says it is.
 */
final class BiasRule implements LintRule {
    private static final double TOLERANCE = 1e-4;

    @Override
    public void check(LintSubject subject, Findings findings) {
        for (Node layer : subject.layers()) {
            Optional<String> bias = layer.is("MatMul") ? Optional.empty() : layer.input(2);
            Optional<Coding> input = layer.input(0).flatMap(subject.quantized()::readThrough);
            Optional<LintSubject.Weight> weight = subject.weight(layer);
            if (bias.isPresent() && input.isPresent() && weight.isPresent()) {
                type(layer, bias.get(), subject, findings);
                subject.quantized()
                        .readThrough(bias.get())
                        .filter(coding -> coding.type() == StoredType.INT32)
                        .ifPresent(coding -> scale(coding, input.get(), weight.get(), findings));
            }
        }
    }

    private static void type(Node layer, String bias, LintSubject subject, Findings findings) {
        boolean floats = subject.quantized().isStoredFloat(bias);
        boolean integers = subject.quantized().stored(bias).isPresent();
        if (subject.profile().bias() == Bias.INT32 && floats) {
            findings.add(
                    subject.profile().everyOperator(),
                    "bias-type",
                    layer,
                    "its bias " + bias
                            + " is stored in floats, for which kernels on integers have no place: store it in"
                            + " int32 with the scale of input times weight");
        } else if (subject.profile().bias() == Bias.FLOAT32 && integers) {
            findings.error(
                    "bias-type",
                    layer,
                    "its bias " + bias + " is stored in integers; "
                            + subject.profile().name() + " adds biases in floating point: leave it in FP32");
        }
    }

    private static void scale(Coding bias, Coding input, LintSubject.Weight weight, Findings findings) {
        Coding weights = weight.coding();
        if (!bias.symmetric()) {
            findings.error(
                    "bias-scale", weight.layer(), "its bias has a zero point other than 0, which kernels ignore");
        }
        if (bias.places() != weights.places()) {
            findings.error(
                    "bias-scale",
                    weight.layer(),
                    "its bias has " + bias.places() + " scales but its weight " + weights.places()
                            + ": a bias has the scale of input times weight, channel by channel");
            return;
        }
        double factor = weight.layer().number("alpha", 1);
        for (int i = 0; i < weights.places(); i++) {
            double wanted = (double) input.scale(0) * weights.scale(i) * factor;
            if (Math.abs(bias.scale(i) - wanted) > TOLERANCE * wanted) {
                findings.error(
                        "bias-scale",
                        weight.layer(),
                        "the scale of its bias is " + bias.scale(i) + " where input times weight is "
                                + (float) wanted
                                + " (channel " + i + "): kernels add it as it is, so it would count "
                                + (float) (wanted / bias.scale(i)) + " times");
                return;
            }
        }
    }
}
