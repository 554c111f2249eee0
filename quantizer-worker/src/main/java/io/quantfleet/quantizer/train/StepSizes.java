package io.quantfleet.quantizer.train;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.Tensors;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Step sizes to learn, and zero points. A variant stores equal ones once; here every quantized tensor gets its own, but for tensors that only
 * hand on what another holds, as a pooling's output does: runtimes need those to be the same.
 */
final class StepSizes {
    private static final Set<String> HANDS_ON = Set.of(
            "MaxPool",
            "GlobalMaxPool",
            "Reshape",
            "Flatten",
            "Transpose",
            "Squeeze",
            "Unsqueeze",
            "Expand",
            "Slice",
            "Split",
            "Gather",
            "Concat",
            "Identity",
            "Pad",
            "Tile",
            "Relu",
            "Clip");
    private static final Set<String> GIVES_SHARES = Set.of("Softmax", "Sigmoid");

    private final Graph graph;
    private final Map<String, String> names = new HashMap<>();
    private final Map<String, String> zeroPoints = new HashMap<>();
    private final Set<String> fixed = new LinkedHashSet<>();

    private StepSizes(OnnxModel variant) {
        this.graph = variant.graph();
    }

    /**
     * A variant with step sizes of its own for each tensor.
     *
     * @param model the variant
     * @param fixed those that runtimes prescribe
     */
    record Untied(OnnxModel model, Set<String> fixed) {}

    static Untied untie(OnnxModel variant) {
        StepSizes sizes = new StepSizes(variant);
        for (Node node : sizes.graph.sorted()) {
            if (node.operator().equals("QuantizeLinear")) {
                sizes.quantize(node);
            } else if (node.operator().equals("DequantizeLinear")) {
                sizes.dequantize(node);
            }
        }
        sizes.graph.removeUnused();
        return new Untied(variant.withGraph(sizes.graph), Set.copyOf(sizes.fixed));
    }

    private void quantize(Node node) {
        Optional<Node> tied = tied(node);
        String own = tied.map(each -> each.inputs().get(1)).orElseGet(() -> copy(node, 1, "_step"));
        names.put(node.output(), own);
        node.input(2).filter(name -> graph.initializer(name).isPresent()).ifPresent(shared -> {
            String zero = tied.flatMap(each -> each.input(2))
                    .filter(name -> sameIntegers(name, shared))
                    .orElseGet(() -> copy(node, 2, "_zero"));
            zeroPoints.put(node.output(), zero);
            graph.setInput(node, 2, zero);
        });
        boolean prescribed = graph.producer(node.inputs().get(0))
                .filter(maker -> maker.domain().isEmpty() && GIVES_SHARES.contains(maker.operator()))
                .isPresent();
        if (prescribed) {
            fixed.add(own);
        }
        graph.setInput(node, 1, own);
    }

    private void dequantize(Node node) {
        String integers = node.inputs().get(0);
        String own = names.containsKey(integers) ? names.get(integers) : copy(node, 1, "_step");
        names.put(integers, own);
        graph.setInput(node, 1, own);
        Optional.ofNullable(zeroPoints.get(integers)).ifPresent(zero -> graph.setInput(node, 2, zero));
    }

    // What reads integers of the same step and hands them on keeps the step.
    private Optional<Node> tied(Node node) {
        Optional<Node> maker = graph.producer(node.inputs().get(0))
                .filter(each -> each.domain().isEmpty() && HANDS_ON.contains(each.operator()));
        if (maker.isEmpty()) {
            return Optional.empty();
        }
        float[] wanted = scale(node.inputs().get(1));
        return maker.get().inputs().stream()
                .map(graph::producer)
                .flatMap(Optional::stream)
                .filter(each -> each.operator().equals("DequantizeLinear"))
                .filter(each -> Arrays.equals(scale(each.inputs().get(1)), wanted))
                .findFirst();
    }

    private float[] scale(String name) {
        return Tensors.floats(graph.initializer(name).orElseThrow());
    }

    private boolean sameIntegers(String one, String other) {
        TensorProto first = graph.initializer(one).orElseThrow();
        TensorProto second = graph.initializer(other).orElseThrow();
        return first.equals(second.toBuilder().setName(first.getName()).build());
    }

    private String copy(Node node, int place, String suffix) {
        TensorProto shared = graph.initializer(node.inputs().get(place)).orElseThrow();
        String name = graph.freshName(node.inputs().get(0) + suffix);
        graph.setInitializer(shared.toBuilder().setName(name).build());
        return name;
    }
}
