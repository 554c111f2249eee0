package io.quantfleet.quantizer.form;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.quantizer.onnx.GaussianSamples;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.OptimizedModel;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import io.quantfleet.quantizer.target.Form;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DeclaredShapesTest {
    private static final int TOKENS = 6;
    private static final int WIDTH = 16;

    private static PreparedModel block(TinyModel model) {
        return PreparedModel.of(OnnxModel.of(model.proto()), new GaussianSamples(4, TOKENS * WIDTH), Map.of(), false);
    }

    private static TinyModel residual(String last) {
        return TinyModel.opset(17)
                .input("x", -1, TOKENS, WIDTH)
                .output("y", -1, TOKENS, WIDTH)
                .weights("w", 0.2, WIDTH, WIDTH)
                // Another: what shares a weight is not optimized on every processor.
                .weights("v", 0.2, WIDTH, WIDTH)
                .weights("scale", 0.2, WIDTH)
                .weights("shift", 0.2, WIDTH)
                // A shape that is computed in a way that ONNX Runtime does not follow when it infers shapes.
                .node("Shape", List.of("x"), "size")
                .node("Abs", List.of("size"), "same")
                .node("Reshape", List.of("x", "same"), "t")
                .node("MatMul", List.of("t", "w"), "m")
                .node("Add", List.of("t", "m"), "a")
                .node(last, last.equals("Relu") ? List.of("a") : List.of("a", "scale", "shift"), "n")
                .node("MatMul", List.of("n", "v"), "y");
    }

    private static OnnxModel dynamic(PreparedModel prepared) {
        return new WholeModelForm(false, false, WeightBlocks.usual(), Set.of())
                .quantize(prepared, Form.DYNAMIC_INT8)
                .model();
    }

    private static List<String> optimized(OnnxModel model) {
        return OptimizedModel.of(model, RuntimeOptions.threads(1)).graph().sorted().stream()
                .map(Node::operator)
                .toList();
    }

    @Test
    void additionsAreJoinedWithNormalizationsWhereShapesAreDeclared() {
        PreparedModel prepared = block(residual("LayerNormalization"));
        OnnxModel variant = dynamic(prepared);
        assertThat(optimized(variant)).contains("Add", "LayerNormalization");
        assertThat(optimized(prepared.shapesDeclaredIn(variant)))
                .contains("SkipLayerNormalization")
                .doesNotContain("Add", "LayerNormalization");
    }

    @Test
    void modelsWithoutNormalizationStayAsSmallAsTheyAre() {
        PreparedModel prepared = block(residual("Relu"));
        OnnxModel variant = dynamic(prepared);
        assertThat(prepared.shapesDeclaredIn(variant)).isSameAs(variant);
    }
}
