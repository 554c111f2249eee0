package io.quantfleet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quantfleet.controlplane.testing.Api;
import io.quantfleet.protocols.ReasonCode;
import org.junit.jupiter.api.Test;

class YamlSchemaTest {
    private final YamlSchema schema =
            YamlSchema.load("model-description.v1.schema.json", "model description", ReasonCode.DESCRIPTION_INVALID);

    @Test
    void takesWhatSatisfiesTheSchema() {
        assertThat(schema.parse(Api.description("glyphs")).path("name").asText())
                .isEqualTo("glyphs");
    }

    @Test
    void listsEveryFault() {
        assertThatThrownBy(() -> schema.parse("name: glyphs\ntask: poetry\nonnx: a.onnx\noutput: y\nlabels: [a, b]"))
                .isInstanceOfSatisfying(ControlPlaneException.class, refused -> assertThat(refused.code())
                        .isEqualTo(ReasonCode.DESCRIPTION_INVALID))
                .hasMessageContaining("task")
                .hasMessageContaining("inputs");
    }

    @Test
    void refusesWhatIsNoYamlMapping() {
        for (String text : new String[] {"", "just a text", "- a\n- b", "a: [", "a: 1\na: 2"}) {
            assertThatThrownBy(() -> schema.parse(text))
                    .as(text)
                    .isInstanceOf(ControlPlaneException.class)
                    .hasMessageContaining("model description");
        }
    }

    @Test
    void saysWhichLinesAreAtFault() {
        String text =
                "# a comment\nname: glyphs\ntask: poetry\nonnx: a.onnx\noutput: y\ninputs:\n  - name: image\n    kind: taste\n";

        assertThatThrownBy(() -> schema.parse(text))
                .isInstanceOfSatisfying(DocumentException.class, refused -> assertThat(refused.faults())
                        .anySatisfy(fault -> {
                            assertThat(fault.line()).isEqualTo(3);
                            assertThat(fault.at()).isEqualTo("/task");
                        })
                        .anySatisfy(fault -> {
                            assertThat(fault.line()).isEqualTo(8);
                            assertThat(fault.at()).isEqualTo("/inputs/0/kind");
                        }));
    }

    @Test
    void saysWhichLineIsNoYaml() {
        assertThatThrownBy(() -> schema.parse("name: glyphs\ntask: [classification\nonnx: a.onnx\n"))
                .isInstanceOfSatisfying(
                        DocumentException.class,
                        refused -> assertThat(refused.faults().get(0).line()).isBetween(2, 3));
    }
}
