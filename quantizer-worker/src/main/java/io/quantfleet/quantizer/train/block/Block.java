package io.quantfleet.quantizer.train.block;

import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.QuantizedGraph;
import io.quantfleet.quantizer.rounding.Layer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A part of a model between two places where a single tensor carries everything that layers made: a residual unit, an attention
 * with its sum, or a few layers in a row. What no layer made, as a mask, is not counted; it is computed from the model's inputs.
 *
 * @param input where the block begins; empty for the first, which begins at the model's inputs
 * @param output where it ends
 * @param layers whose rounding is learned together
 */
record Block(Optional<Cut> input, Cut output, List<Layer> layers) {
    /** How many layers in a row make a block. */
    private static final int IN_A_ROW = 3;
    /** How many make one where branches came together. */
    private static final int JOINED = 2;

    Block {
        layers = List.copyOf(layers);
    }

    /**
     * A place between two blocks.
     *
     * @param tensor the FP32 model's
     * @param read what the variant's next nodes read: the floats that its integers stand for
     */
    record Cut(String tensor, String read) {}

    /** The blocks of a model, in its order. Layers that no block holds come after the last place to cut at. */
    static List<Block> of(Graph fp32, Graph variant, List<Layer> layers) {
        return new Cutter(fp32, variant, layers).blocks();
    }

    private static final class Cutter {
        private final Graph fp32;
        private final Graph variant;
        private final Map<String, Layer> layers;
        private final Set<Node> done = new HashSet<>();
        private final Set<String> made = new HashSet<>();
        private final Set<String> live = new HashSet<>();
        private final List<Block> blocks = new ArrayList<>();
        private List<Layer> since = new ArrayList<>();
        private boolean joined;

        Cutter(Graph fp32, Graph variant, List<Layer> layers) {
            this.fp32 = fp32;
            this.variant = variant;
            this.layers = layers.stream()
                    .collect(Collectors.toMap(layer -> layer.node().label(), Function.identity()));
        }

        List<Block> blocks() {
            for (Node node : fp32.sorted()) {
                done.add(node);
                Optional<Layer> layer = Optional.ofNullable(layers.get(node.label()));
                layer.ifPresent(since::add);
                if (layer.isPresent() || node.inputs().stream().anyMatch(made::contains)) {
                    made.addAll(node.outputs());
                    live.addAll(node.outputs());
                }
                live.removeIf(tensor -> !fp32.isOutput(tensor) && done.containsAll(fp32.consumers(tensor)));
                joined |= live.size() > 1;
                if (live.size() == 1) {
                    end(live.iterator().next());
                }
            }
            return blocks;
        }

        private void end(String tensor) {
            int needed = fp32.isOutput(tensor) ? 1 : joined ? JOINED : IN_A_ROW;
            Optional<String> read = since.size() < needed ? Optional.empty() : read(tensor);
            if (read.isEmpty()) {
                return;
            }
            Optional<Cut> before =
                    blocks.isEmpty() ? Optional.empty() : Optional.of(blocks.get(blocks.size() - 1).output);
            blocks.add(new Block(before, new Cut(tensor, read.get()), since));
            since = new ArrayList<>();
            joined = false;
        }

        // Empty where it is read in several ways, or in floats inside the model.
        private Optional<String> read(String tensor) {
            if (variant.isOutput(tensor)
                    || variant.producer(tensor)
                            .filter(QuantizedGraph::dequantizes)
                            .isPresent()) {
                return Optional.of(tensor);
            }
            return onlyReader(tensor)
                    .filter(QuantizedGraph::quantizes)
                    .flatMap(quantize -> onlyReader(quantize.output()))
                    .filter(QuantizedGraph::dequantizes)
                    .map(Node::output);
        }

        private Optional<Node> onlyReader(String tensor) {
            List<Node> readers = variant.consumers(tensor);
            return readers.size() == 1 ? Optional.of(readers.get(0)) : Optional.empty();
        }
    }
}
