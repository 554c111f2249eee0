package io.quantfleet.quantizer.lint;

import io.quantfleet.quantizer.onnx.Coding;
import io.quantfleet.quantizer.onnx.QuantizedGraph;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import io.quantfleet.quantizer.target.IntegerType;
import java.util.Locale;

/**
 * {@code activation-type}, {@code activation-symmetry} and {@code activation-scales}: computed tensors are stored as the
 * profile says, with one scale each. A pair is named once, by its QuantizeLinear.
 */
final class ActivationRule implements LintRule {
    private static final int WIDE = 16;

    @Override
    public void check(LintSubject subject, Findings findings) {
        subject.activations().stream()
                .filter(coding -> QuantizedGraph.quantizes(coding.node()))
                .forEach(coding -> check(coding, subject.profile(), findings));
    }

    private static void check(Coding coding, DeviceClassProfile profile, Findings findings) {
        DeviceClassProfile.Activations wanted = profile.activations();
        // Too wide a type is told of by the rule about forms.
        boolean fits = coding.type().bits() == WIDE
                ? coding.type().signed() == (wanted.type().least() < 0)
                : coding.type().label().equals(label(wanted.type()));
        if (!fits) {
            findings.error(
                    "activation-type",
                    coding.node(),
                    "it stores " + coding.node().inputs().get(0) + " as "
                            + coding.type().label() + "; "
                            + profile.name() + " takes "
                            + label(wanted.type())
                            + ": quantize with that type of activations");
        }
        if (wanted.symmetric() && !coding.symmetric()) {
            findings.error(
                    "activation-symmetry",
                    coding.node(),
                    "its zero point is " + coding.zeroPoint(0) + "; " + profile.name()
                            + " takes zero points of 0 only: quantize activations symmetrically");
        }
        if (!coding.perTensor()) {
            findings.error(
                    "activation-scales",
                    coding.node(),
                    "it has " + coding.places() + " scales; runtimes take one for a computed tensor");
        }
    }

    private static String label(IntegerType type) {
        return type.name().toLowerCase(Locale.ROOT);
    }
}
