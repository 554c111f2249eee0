package io.quantfleet.quantizer.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.List;
import org.junit.jupiter.api.Test;

class GraphTest {
    private final Graph graph = OnnxModel.of(TinyModel.opset(17)
                    .input("x", 1, 4)
                    .output("y", 1, 4)
                    .weights("w", 1, 4)
                    .weights("unread", 1, 4)
                    .node("Add", List.of("x", "w"), "sum")
                    .node("Relu", List.of("sum"), "positive")
                    .node("Sigmoid", List.of("sum"), "dead")
                    .node("Mul", List.of("sum", "positive"), "y")
                    .proto())
            .graph();

    private Node node(String operator) {
        return graph.nodes().stream()
                .filter(node -> node.is(operator))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void knowsWhoMakesAndWhoReadsATensor() {
        assertThat(graph.producer("sum")).contains(node("Add"));
        assertThat(graph.producer("x")).isEmpty();
        assertThat(graph.consumers("sum")).containsExactlyInAnyOrder(node("Relu"), node("Sigmoid"), node("Mul"));
        assertThat(graph.isOutput("y")).isTrue();
    }

    @Test
    void keepsItsIndexInStepWithEdits() {
        graph.redirect("sum", "other", reader -> reader.is("Mul"));
        graph.add(Node.of("negate", "Neg", List.of("sum"), List.of("other")));
        assertThat(graph.consumers("other")).containsExactly(node("Mul"));
        assertThat(graph.consumers("sum")).doesNotContain(node("Mul")).contains(node("Neg"));
        assertThat(graph.sorted().indexOf(node("Neg")))
                .isLessThan(graph.sorted().indexOf(node("Mul")));
    }

    @Test
    void dropsWhatNobodyReads() {
        graph.removeUnused();
        assertThat(graph.nodes()).extracting(Node::operator).containsExactlyInAnyOrder("Add", "Relu", "Mul");
        assertThat(graph.initializers()).extracting("name").containsExactly("w");
    }

    @Test
    void givesNamesThatNobodyHas() {
        assertThat(graph.freshName("sum")).isEqualTo("sum_2");
        assertThat(graph.freshName("sum")).isEqualTo("sum_3");
        assertThat(graph.freshName("new")).isEqualTo("new");
    }

    @Test
    void readersInsideSubgraphsCountAndAreNotRenamed() {
        var branch = TinyModel.opset(17)
                .node("Relu", List.of("sum"), "inner")
                .proto()
                .getGraph();
        Graph outer = OnnxModel.of(TinyModel.opset(17)
                        .input("x", 1, 4)
                        .input("flag", TensorProto.DataType.BOOL)
                        .output("y", 1, 4)
                        .node("Neg", List.of("x"), "sum")
                        .node(
                                "If",
                                List.of("flag"),
                                "y",
                                TinyModel.Attribute.graph("then_branch", branch),
                                TinyModel.Attribute.graph("else_branch", branch))
                        .proto())
                .graph();
        Node choice = outer.producer("y").orElseThrow();
        assertThat(outer.consumers("sum")).containsExactly(choice);
        outer.redirect("sum", "other", reader -> true);
        assertThat(outer.consumers("sum")).containsExactly(choice);
        outer.removeUnused();
        assertThat(outer.producer("sum")).isPresent();
    }

    @Test
    void noTwoNodesHaveOneName() {
        Graph graph = OnnxModel.of(TinyModel.opset(17)
                        .input("x", 1)
                        .output("y", 1)
                        .node("Relu", List.of("x"), "a")
                        .node("Relu", List.of("a"), "y")
                        .graph(proto -> proto.getNodeBuilderList().forEach(node -> node.setName("same")))
                        .proto())
                .graph();
        Node third = Node.of("same", "Relu", List.of("y"), List.of("z"));
        graph.add(third);
        assertThat(graph.nodes()).extracting(Node::name).containsExactly("same", "same_2", "same_3");

        graph.remove(third);
        graph.add(Node.of("same_3", "Relu", List.of("y"), List.of("z")));
        assertThat(graph.nodes()).extracting(Node::name).containsExactly("same", "same_2", "same_3");
    }
}
