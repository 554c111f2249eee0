package io.quantfleet.quantizer.search;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Finds the operators that a user wants to stay in FP32: {@code first} and {@code last} are the first and last ones with
 * weights, {@code op:Softmax} all of a kind, anything else is a name in which {@code *} stands for any text.
 */
public final class ExcludedLayers {
    private static final String KIND = "op:";
    private static final String WHY = "it was excluded on request";

    private ExcludedLayers() {}

    /**
     * The labels of the operators, with why they stay.
     *
     * @throws QuantizerException if one of the wishes fits no operator
     */
    public static Map<String, String> find(Graph graph, List<String> wishes) {
        Map<String, String> found = new LinkedHashMap<>();
        for (String wish : wishes) {
            List<String> fitting = graph.sorted().stream()
                    .filter(test(graph, wish))
                    .map(Node::label)
                    .toList();
            if (fitting.isEmpty()) {
                throw unknown(graph, wish);
            }
            fitting.forEach(label -> found.put(label, WHY));
        }
        return found;
    }

    private static QuantizerException unknown(Graph graph, String wish) {
        boolean kind = wish.startsWith(KIND);
        List<String> names = graph.sorted().stream()
                .map(node -> kind ? KIND + node.operator() : node.label())
                .distinct()
                .toList();
        List<String> close = CloseNames.to(wish, names);
        return new QuantizerException(
                ReasonCode.REQUEST_INVALID,
                "'" + wish + "' is to be excluded, but no operator of the model is called that; "
                        + (close.isEmpty()
                                ? "its operators are " + String.join(", ", names.subList(0, Math.min(3, names.size())))
                                        + (names.size() > 3 ? " and " + (names.size() - 3) + " more" : "")
                                : "did you mean " + String.join(", ", close) + "?")
                        + " Give a name, in which * stands for any text, op:KIND, first or last");
    }

    private static Predicate<Node> test(Graph graph, String wish) {
        if (wish.equals("first") || wish.equals("last")) {
            List<Node> layers = graph.sorted().stream()
                    .filter(Node::isLayer)
                    .filter(node -> graph.initializer(node.inputs().get(1)).isPresent())
                    .toList();
            int place = wish.equals("first") ? 0 : layers.size() - 1;
            return node -> !layers.isEmpty() && node == layers.get(place);
        }
        if (wish.startsWith(KIND)) {
            return node -> node.is(wish.substring(KIND.length()));
        }
        Pattern pattern = Pattern.compile(Pattern.quote(wish).replace("*", "\\E.*\\Q"));
        return node -> pattern.matcher(node.label()).matches();
    }
}
