package io.quantfleet.quantizer.dataset;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.runtime.ElementType;
import io.quantfleet.quantizer.runtime.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Compares a description with the inputs and outputs that the ONNX graph declares. A dimension that the graph leaves
 * open fits any size. Stateless.
 */
public final class DescriptionCheck {
    private DescriptionCheck() {}

    /**
     * Checks that the description fits the graph.
     *
     * @throws QuantizerException with {@link ReasonCode#DESCRIPTION_MISMATCH} if not; the message lists every
     *     difference
     */
    public static void check(ModelDescription description, List<TensorSpec> inputs, List<TensorSpec> outputs) {
        List<String> faults = new ArrayList<>();
        for (ModelInput input : description.inputs()) {
            find(inputs, input.name())
                    .ifPresentOrElse(
                            spec -> checkInput(input, spec, faults),
                            () -> faults.add("the graph has no input '" + input.name() + "', only " + names(inputs)));
        }
        for (TensorSpec spec : inputs) {
            String input = "the graph's input '" + spec.name() + "' " + shape(spec.shape());
            if (description.task() == Task.LANGUAGE_MODEL && spec.name().startsWith("past")) {
                faults.add(input
                        + " takes the keys and values of earlier tokens, and such a model can't be judged token by"
                        + " token: export it without that cache (use_cache=False)");
            } else if (description.input(spec.name()).isEmpty()) {
                faults.add(input + " is not described; add it to inputs");
            }
        }
        find(outputs, description.output())
                .ifPresentOrElse(
                        spec -> checkOutput(description, spec, faults),
                        () -> faults.add(
                                "the graph has no output '" + description.output() + "', only " + names(outputs)));
        if (!faults.isEmpty()) {
            throw new QuantizerException(
                    ReasonCode.DESCRIPTION_MISMATCH,
                    "the description of " + description.name() + " does not fit " + description.onnx() + ": "
                            + String.join("; ", faults));
        }
    }

    private static void checkInput(ModelInput input, TensorSpec spec, List<String> faults) {
        if (spec.type() != input.type()) {
            faults.add("input '" + input.name() + "' is " + input.type() + " in the description but " + spec.type()
                    + " in the graph");
        }
        List<Long> described = new ArrayList<>();
        described.add(TensorSpec.DYNAMIC);
        input.sampleShape().forEach(dimension -> described.add((long) dimension));
        if (!fits(described, spec.shape())) {
            faults.add("input '" + input.name() + "' is " + shape(described) + " in the description but "
                    + shape(spec.shape()) + " in the graph" + hint(input, spec));
        }
    }

    private static String hint(ModelInput input, TensorSpec spec) {
        List<Long> given = spec.sampleShape();
        boolean channelsSwapped = input instanceof ImageInput image
                && given.size() == 3
                && given.get(image.layout() == ImageInput.Layout.NCHW ? 2 : 0)
                        == image.channels().count();
        return channelsSwapped ? "; is the layout the other one?" : "";
    }

    private static void checkOutput(ModelDescription description, TensorSpec spec, List<String> faults) {
        if (spec.type() != ElementType.FLOAT32) {
            faults.add("output '" + spec.name() + "' holds " + spec.type() + "; scores must be FLOAT32");
        }
        if (description.task() == Task.LANGUAGE_MODEL) {
            checkTokens(description, spec, faults);
            return;
        }
        int labels = description.labels().size();
        boolean otherCount = spec.sampleElements().orElse(labels) != labels;
        if (spec.shape().isEmpty() || otherCount) {
            faults.add("output '" + spec.name() + "' is " + shape(spec.shape()) + " in the graph, but there are "
                    + labels + " labels: it must hold one score per label");
        }
    }

    private static void checkTokens(ModelDescription description, TensorSpec spec, List<String> faults) {
        List<Long> wanted = List.of(TensorSpec.DYNAMIC, (long) description.places(), (long) description.vocabulary());
        if (!fits(wanted, spec.shape())) {
            faults.add("output '" + spec.name() + "' is " + shape(spec.shape()) + " in the graph, but a vocabulary of "
                    + description.vocabulary() + " asks for a score for each token at each place: " + shape(wanted));
        }
    }

    private static boolean fits(List<Long> described, List<Long> declared) {
        if (described.size() != declared.size()) {
            return false;
        }
        for (int i = 0; i < described.size(); i++) {
            boolean open = described.get(i) == TensorSpec.DYNAMIC || declared.get(i) == TensorSpec.DYNAMIC;
            if (!open && !described.get(i).equals(declared.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static Optional<TensorSpec> find(List<TensorSpec> specs, String name) {
        return specs.stream().filter(spec -> spec.name().equals(name)).findFirst();
    }

    private static String names(List<TensorSpec> specs) {
        return specs.stream().map(spec -> "'" + spec.name() + "'").collect(Collectors.joining(", "));
    }

    private static String shape(List<Long> shape) {
        return shape.stream()
                .map(dimension -> dimension == TensorSpec.DYNAMIC ? "?" : dimension.toString())
                .collect(Collectors.joining(", ", "[", "]"));
    }
}
