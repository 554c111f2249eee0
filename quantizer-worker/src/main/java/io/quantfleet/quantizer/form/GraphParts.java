package io.quantfleet.quantizer.form;

import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.Tensors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A graph in parts that follow each other, cut where the fewest tensors cross: in a transformer between its blocks, where
 * the residual stream alone does. Names play no part. Tensors that are computed without weights, such as masks and angles of
 * positions, don't count: each part computes them from the model's inputs. See {@code docs/decisions/0028}.
 *
 * @param from for each part, the tensors that it takes over from those before it; none for the first
 * @param number by tensor that layers multiply with a stored matrix, the part in which the first of them does
 */
record GraphParts(List<List<String>> from, Map<String, Integer> number) {

    GraphParts {
        from = List.copyOf(from);
        number = Map.copyOf(number);
    }

    static GraphParts of(Graph graph) {
        List<Node> nodes = graph.sorted();
        List<Optional<StoredMatrix>> matrices =
                nodes.stream().map(node -> StoredMatrix.of(graph, node)).toList();
        Set<Node> weighted = weighted(graph, nodes, matrices);
        List<Integer> cuts = betweenBlocks(matrices, narrow(graph, nodes, matrices, weighted));
        List<List<String>> from = new ArrayList<>(List.of(List.<String>of()));
        Map<String, Integer> number = new HashMap<>();
        Crossing crossing = new Crossing(graph, weighted);
        for (int i = 0; i < nodes.size(); i++) {
            if (cuts.contains(i)) {
                from.add(crossing.tensors());
            }
            if (matrices.get(i).isPresent()) {
                number.putIfAbsent(nodes.get(i).inputs().get(0), from.size() - 1);
            }
            crossing.pass(nodes.get(i));
        }
        return new GraphParts(from, number);
    }

    // Nodes that multiply with a stored matrix, or pick from a table no smaller than the smallest of those: from an
    // embedding,
    // not from angles of positions.
    private static Set<Node> weighted(Graph graph, List<Node> nodes, List<Optional<StoredMatrix>> matrices) {
        long smallest = matrices.stream()
                .flatMap(Optional::stream)
                .mapToLong(matrix -> Tensors.elements(matrix.tensor()))
                .min()
                .orElse(Long.MAX_VALUE);
        return IntStream.range(0, nodes.size())
                .filter(i -> matrices.get(i).isPresent()
                        || (nodes.get(i).is("Gather")
                                && graph.initializer(nodes.get(i).inputs().get(0))
                                        .filter(table -> Tensors.elements(table) >= smallest)
                                        .isPresent()))
                .mapToObj(nodes::get)
                .collect(Collectors.toSet());
    }

    /** The tensors, computed with weights, that nodes after the current one read. */
    private static final class Crossing {
        private final Graph graph;
        private final Set<Node> weighted;
        private final Set<String> computed = new HashSet<>();
        private final Map<String, Integer> readersToCome = new LinkedHashMap<>();

        Crossing(Graph graph, Set<Node> weighted) {
            this.graph = graph;
            this.weighted = weighted;
        }

        void pass(Node node) {
            Set<String> read = new LinkedHashSet<>(node.inputs());
            read.addAll(node.captured());
            boolean counts = weighted.contains(node) || read.stream().anyMatch(computed::contains);
            read.forEach(tensor -> readersToCome.computeIfPresent(tensor, (key, left) -> left == 1 ? null : left - 1));
            for (String output : node.outputs()) {
                int readers = graph.consumers(output).size();
                if (counts && computed.add(output) && readers > 0) {
                    readersToCome.put(output, readers);
                }
            }
        }

        List<String> tensors() {
            return List.copyOf(readersToCome.keySet());
        }
    }

    // Numbers of the nodes before which the fewest tensors cross, one at most between a matrix and the next.
    private static List<Integer> narrow(
            Graph graph, List<Node> nodes, List<Optional<StoredMatrix>> matrices, Set<Node> weighted) {
        long all = matrices.stream().filter(Optional::isPresent).count();
        Crossing crossing = new Crossing(graph, weighted);
        Map<Integer, Integer> lastAfterMatrix = new LinkedHashMap<>();
        int least = Integer.MAX_VALUE;
        int passed = 0;
        for (int i = 0; i < nodes.size(); i++) {
            crossing.pass(nodes.get(i));
            passed += matrices.get(i).isPresent() ? 1 : 0;
            int count = crossing.tensors().size();
            if (passed == 0 || passed == all || count > least) {
                continue;
            }
            if (count < least) {
                lastAfterMatrix.clear();
                least = count;
            }
            lastAfterMatrix.put(passed, i + 1);
        }
        return List.copyOf(lastAfterMatrix.values());
    }

    // Of the cuts, those at which a sequence of matrices of the same shapes begins anew: attention and what follows it
    // are one.
    private static List<Integer> betweenBlocks(List<Optional<StoredMatrix>> matrices, List<Integer> cuts) {
        List<List<List<Integer>>> pieces = new ArrayList<>();
        for (int i = 0; i <= cuts.size(); i++) {
            int first = i == 0 ? 0 : cuts.get(i - 1);
            int end = i == cuts.size() ? matrices.size() : cuts.get(i);
            pieces.add(matrices.subList(first, end).stream()
                    .flatMap(Optional::stream)
                    .map(matrix -> List.of(matrix.rows(), matrix.columns()))
                    .toList());
        }
        Repetition longest = new Repetition(0, 1, 0);
        for (int period = 1; period <= pieces.size() / 2; period++) {
            Repetition found = Repetition.longest(pieces, period);
            longest = found.pieces() > longest.pieces() ? found : longest;
        }
        Repetition blocks = longest;
        return IntStream.range(0, cuts.size())
                .filter(i -> !blocks.insideABlock(i + 1))
                .mapToObj(cuts::get)
                .toList();
    }

    /**
     * Pieces that repeat.
     *
     * @param first the first of them
     * @param period after how many they come again
     * @param pieces how many there are, in whole periods: none, or two periods and more
     */
    private record Repetition(int first, int period, int pieces) {

        static Repetition longest(List<?> all, int period) {
            Repetition longest = new Repetition(0, period, 0);
            int same = 0;
            for (int i = 0; i + period < all.size(); i++) {
                same = all.get(i).equals(all.get(i + period)) ? same + 1 : 0;
                int pieces = same < period ? 0 : (same + period) / period * period;
                longest = pieces > longest.pieces() ? new Repetition(i + 1 - same, period, pieces) : longest;
            }
            return longest;
        }

        boolean insideABlock(int piece) {
            int place = piece - first;
            return place > 0 && place < pieces && place % period != 0;
        }
    }
}
