package io.quantfleet.quantizer.lint;

import io.quantfleet.quantizer.onnx.Coding;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import io.quantfleet.quantizer.target.Form;
import io.quantfleet.quantizer.target.Precision;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** {@code form}: the variant is quantized at all, and only in ways that the profile lists. */
final class FormRule implements LintRule {
    private static final Set<String> DYNAMIC =
            Set.of("DynamicQuantizeLinear", "DynamicQuantizeMatMul", "DynamicQuantizeLSTM", "MatMulIntegerToFloat");
    private static final Map<Form, Precision> SINGLE_LAYERS = Map.of(
            Form.STATIC_INT8, Precision.INT8,
            Form.A16W8, Precision.A16W8,
            Form.FP16, Precision.FLOAT16,
            Form.WEIGHT_ONLY_INT4, Precision.INT4_WEIGHTS);

    @Override
    public void check(LintSubject subject, Findings findings) {
        Map<Form, String> found = new EnumMap<>(Form.class);
        subject.activations()
                .forEach(coding -> found.putIfAbsent(
                        coding.type().bits() == 16 ? Form.A16W8 : Form.STATIC_INT8,
                        coding.node().label()));
        subject.graph().sorted().forEach(node -> form(node, subject)
                .ifPresent(form -> found.putIfAbsent(form, node.label())));
        subject.quantized().halfPrecision().ifPresent(tensor -> found.putIfAbsent(Form.FP16, tensor));
        if (found.isEmpty()) {
            findings.error("form", "the whole model", "nothing in it is quantized: quantize it for this device class");
        }
        DeviceClassProfile profile = subject.profile();
        found.forEach((form, node) -> {
            boolean mixedIn = Optional.ofNullable(SINGLE_LAYERS.get(form))
                    .filter(profile.layers()::contains)
                    .isPresent();
            boolean usual = form == Form.A16W8 && profile.activations().type().bytes() > 1;
            if (!profile.forms().contains(form) && !mixedIn && !usual) {
                findings.error(
                        "form",
                        node,
                        "it is quantized as " + form.label() + "; " + profile.name() + " runs "
                                + profile.forms().stream().map(Form::label).collect(Collectors.joining(", ")));
            }
        });
    }

    private static Optional<Form> form(Node node, LintSubject subject) {
        if (DYNAMIC.contains(node.operator())) {
            return Optional.of(Form.DYNAMIC_INT8);
        }
        if (node.operator().equals("MatMulNBits")) {
            return Optional.of(weightOnly((int) node.integer("bits", 4)));
        }
        boolean floats =
                node.isLayer() && node.input(0).filter(subject::dequantized).isEmpty();
        return floats
                ? subject.weight(node).map(LintSubject.Weight::coding).map(FormRule::weightOnly)
                : Optional.empty();
    }

    private static Form weightOnly(Coding coding) {
        return weightOnly(coding.type().bits());
    }

    private static Form weightOnly(int bits) {
        return bits == 4 ? Form.WEIGHT_ONLY_INT4 : Form.WEIGHT_ONLY_INT8;
    }
}
