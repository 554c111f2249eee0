package io.quantfleet.quantizer.lint;

import io.quantfleet.quantizer.onnx.Coding;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.QuantizedGraph;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import io.quantfleet.quantizer.target.IntegerType;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * {@code activation-type}, {@code activation-symmetry} and {@code activation-scales}: computed tensors are stored as the
 * profile says, with one scale each. A pair is named once, by its QuantizeLinear. {@code activation-width}: an operator reads
 * and gives activations of one width.
 */
final class ActivationRule implements LintRule {
    private static final int WIDE = 16;

    @Override
    public void check(LintSubject subject, Findings findings) {
        subject.activations().stream()
                .filter(coding -> QuantizedGraph.quantizes(coding.node()))
                .forEach(coding -> check(coding, subject.profile(), findings));
        subject.onIntegers().forEach(node -> width(node, subject, findings));
    }

    private static void width(Node node, LintSubject subject, Findings findings) {
        Map<Integer, String> widths = new TreeMap<>();
        Stream<Coding> read = node.inputs().stream()
                .limit(node.isLayer() ? 2 : node.inputs().size())
                .flatMap(tensor -> subject.quantized().readThrough(tensor).stream())
                .filter(coding -> subject.stored(coding).isEmpty());
        Stream.concat(read, subject.givenThrough(node).stream())
                .forEach(coding -> widths.putIfAbsent(
                        coding.type().bits(), coding.node().inputs().get(0)));
        if (widths.size() > 1) {
            findings.add(
                    subject.profile().everyOperator(),
                    "activation-width",
                    node,
                    "its activations have different widths ("
                            + widths.entrySet().stream()
                                    .map(width -> width.getValue() + " " + width.getKey() + " bits")
                                    .collect(Collectors.joining(", "))
                            + "), for which there are no kernels: convert what it reads by another pair before it");
        }
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
