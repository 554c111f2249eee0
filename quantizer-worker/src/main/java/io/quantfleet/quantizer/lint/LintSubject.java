package io.quantfleet.quantizer.lint;

import io.quantfleet.quantizer.onnx.Coding;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.QuantizedGraph;
import io.quantfleet.quantizer.onnx.StoredIntegers;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The variant under the lens, with what several rules ask of it. */
final class LintSubject {
    private static final int FACTORS = 2;

    private final OnnxModel model;
    private final DeviceClassProfile profile;
    private final QuantizedGraph quantized;

    LintSubject(OnnxModel model, DeviceClassProfile profile) {
        this.model = model;
        this.profile = profile;
        this.quantized = QuantizedGraph.of(model);
    }

    OnnxModel model() {
        return model;
    }

    DeviceClassProfile profile() {
        return profile;
    }

    QuantizedGraph quantized() {
        return quantized;
    }

    Graph graph() {
        return quantized.graph();
    }

    boolean runsOn(String runtime) {
        return profile.runtime().equals(runtime);
    }

    /** Every coding whose parameters are constants. */
    List<Coding> codings() {
        return quantized.codings().values().stream().flatMap(Optional::stream).toList();
    }

    /** Codings of tensors that are computed, or given to the model. */
    List<Coding> activations() {
        return codings().stream().filter(coding -> stored(coding).isEmpty()).toList();
    }

    /** The stored integers that a coding turns into reals. */
    Optional<StoredIntegers> stored(Coding coding) {
        return QuantizedGraph.dequantizes(coding.node())
                ? quantized.stored(coding.node().output())
                : Optional.empty();
    }

    Collection<Node> layers() {
        return graph().sorted().stream().filter(Node::isLayer).toList();
    }

    static boolean isBound(Node node) {
        return node.is("Relu") || node.is("Clip");
    }

    /** The stored weight that a layer reads through a DequantizeLinear. */
    Optional<Weight> weight(Node layer) {
        return weight(layer, 1).or(() -> layer.is("MatMul") ? weight(layer, 0) : Optional.empty());
    }

    private Optional<Weight> weight(Node layer, int place) {
        return layer.input(place).flatMap(name -> quantized
                .readThrough(name)
                .flatMap(coding -> quantized.stored(name).map(stored -> new Weight(layer, coding, stored))));
    }

    /** Whether the tensor is read through a DequantizeLinear. */
    boolean dequantized(String tensor) {
        return graph().producer(tensor).filter(QuantizedGraph::dequantizes).isPresent();
    }

    /** Operators that read and give integers: what a runtime may compute without floats. */
    List<Node> onIntegers() {
        return graph().sorted().stream().filter(this::onIntegers).toList();
    }

    private boolean onIntegers(Node node) {
        if (QuantizedGraph.quantizes(node)
                || QuantizedGraph.dequantizes(node)
                || !node.domain().isEmpty()) {
            return false;
        }
        // What follows a layer's factors is added to them, and need not be read through a DequantizeLinear.
        int data = node.isLayer() ? FACTORS : node.inputs().size();
        return node.inputs().stream().limit(data).allMatch(this::dequantized) && givesIntegers(node);
    }

    /** Whether what the node gives is quantized at once, or after the Relu or Clip that belongs to it. */
    boolean givesIntegers(Node node) {
        List<Node> readers = graph().consumers(node.output());
        if (readers.size() == 1 && isBound(readers.get(0))) {
            readers = graph().consumers(readers.get(0).output());
        }
        return !readers.isEmpty() && readers.stream().allMatch(QuantizedGraph::quantizes);
    }

    /** The codings that what the node gives goes through at once, or after the Relu or Clip that belongs to it. */
    List<Coding> givenThrough(Node node) {
        List<Node> readers = graph().consumers(node.output());
        if (readers.size() == 1 && isBound(readers.get(0))) {
            readers = graph().consumers(readers.get(0).output());
        }
        return readers.stream()
                .flatMap(reader -> quantized.codings().getOrDefault(reader, Optional.empty()).stream())
                .toList();
    }

    /**
     * A stored weight.
     *
     * @param layer which reads it
     * @param coding through which
     * @param integers themselves
     */
    record Weight(Node layer, Coding coding, StoredIntegers integers) {

        /** The axis of the layer's output channels; empty where one scale is all that kernels take. */
        Optional<Integer> channelAxis() {
            int rank = integers.dimensions().size();
            return switch (layer.operator()) {
                case "Conv" -> Optional.of(0);
                case "ConvTranspose" -> layer.integer("group", 1) == 1 ? Optional.of(1) : Optional.empty();
                case "Gemm" -> Optional.of(layer.integer("transB", 0) == 1 ? 0 : 1);
                default -> rank == 2 ? Optional.of(1) : Optional.empty();
            };
        }

        /** The axis that has several scales, counted from the front. */
        Optional<Integer> scaledAxis() {
            int rank = integers.dimensions().size();
            return coding.axis().isEmpty()
                    ? Optional.empty()
                    : Optional.of(Math.floorMod(coding.axis().getAsInt(), Math.max(rank, 1)));
        }
    }
}
