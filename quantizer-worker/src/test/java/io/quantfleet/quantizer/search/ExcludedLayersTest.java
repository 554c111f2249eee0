package io.quantfleet.quantizer.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.TinyModel;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExcludedLayersTest {
    private static Graph graph() {
        TinyModel model = TinyModel.opset(17)
                .input("x", -1, 4)
                .output("y", -1, 4)
                .weights("a", 1, 4, 4)
                .weights("b", 1, 4, 4)
                .node("MatMul", List.of("x", "a"), "h")
                .node("Relu", List.of("h"), "r")
                .node("MatMul", List.of("r", "b"), "y");
        return OnnxModel.of(model.proto()).graph();
    }

    @Test
    void findsTheFirstTheLastAKindAndAPattern() {
        assertThat(ExcludedLayers.find(graph(), List.of("first"))).containsOnlyKeys("MatMul_0");
        assertThat(ExcludedLayers.find(graph(), List.of("last"))).containsOnlyKeys("MatMul_2");
        assertThat(ExcludedLayers.find(graph(), List.of("op:Relu"))).containsOnlyKeys("Relu_1");
        assertThat(ExcludedLayers.find(graph(), List.of("MatMul_*", "Re*1")))
                .containsOnlyKeys("MatMul_0", "MatMul_2", "Relu_1");
    }

    @Test
    void proposesWhatMayHaveBeenMeant() {
        assertThatThrownBy(() -> ExcludedLayers.find(graph(), List.of("/matmul_1")))
                .hasMessageContaining("did you mean MatMul_0, MatMul_2?");
        assertThatThrownBy(() -> ExcludedLayers.find(graph(), List.of("op:MatMull")))
                .hasMessageContaining("did you mean op:MatMul?");
        assertThatThrownBy(() -> ExcludedLayers.find(graph(), List.of("softmax")))
                .hasMessageContaining("its operators are MatMul_0, Relu_1, MatMul_2");
    }

    @Test
    void namesAWishThatFitsNothing() {
        assertThatThrownBy(() -> ExcludedLayers.find(graph(), List.of("first", "conv1")))
                .hasMessageContaining("'conv1' is to be excluded")
                .isInstanceOfSatisfying(
                        QuantizerException.class, e -> assertThat(e.code()).isEqualTo(ReasonCode.REQUEST_INVALID));
    }
}
