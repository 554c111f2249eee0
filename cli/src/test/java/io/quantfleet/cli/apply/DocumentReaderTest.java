package io.quantfleet.cli.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quantfleet.cli.CliException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files of documents, and what is said of those that are none. */
class DocumentReaderTest {
    private static final String TWO = """
            # who gets what
            kind: Fleet
            name: pis
            spec:
              query: class = rpi-cpu
            ---
            kind: RolloutPolicy
            name: careful
            spec:
              stages:
                - name: canary
                  percent: 5
                - {name: all, percent: 100}
            ---
            """;

    @Test
    void readsEveryDocumentWithItsLines() {
        List<Document> documents = DocumentReader.readOne("f.yaml", TWO);

        assertThat(documents).extracting(Document::title).containsExactly("Fleet 'pis'", "RolloutPolicy 'careful'");
        assertThat(documents).extracting(Document::place).containsExactly("f.yaml:2", "f.yaml:7");
        assertThat(documents.get(0).message("/query", "no")).isEqualTo("f.yaml:5: Fleet 'pis': no");
        assertThat(documents.get(1).message("/stages/0/percent", "no")).startsWith("f.yaml:12: ");
        assertThat(documents.get(1).message("/stages/1/percent", "no")).startsWith("f.yaml:13: ");
    }

    @Test
    void takesJsonToo() {
        assertThat(DocumentReader.readOne("f.json", """
                {"kind": "Fleet", "name": "pis", "spec": {"description": "those"}}"""))
                .singleElement()
                .extracting(Document::title)
                .isEqualTo("Fleet 'pis'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "kind: Fleet\\nname: a\\nspek: {}|f.yaml:3: a document has 'kind', 'name' and 'spec', and no 'spek'",
                "name: a\\nkind: Flet\\nspec: {}|f.yaml:2: there is no kind 'Flet'; it is one of DeviceClass, Fleet,",
                "name: a\\nspec: {}|f.yaml:1: 'kind' is missing",
                "kind: Fleet\\nspec: {}|f.yaml:1: the Fleet has no 'name'",
                "kind: Fleet\\nname: a\\nspec: none|f.yaml:3: Fleet 'a' has no 'spec'",
                "kind: Fleet\\nname: a|f.yaml:1: Fleet 'a' has no 'spec'",
                "just words|f.yaml:1: a document has 'kind', 'name' and 'spec'",
                "kind: Fleet\\nname: a\\nname: b\\nspec: {}|f.yaml:3: this is not YAML: Duplicate field 'name'",
                "kind: Fleet\\nname: [a|f.yaml:2: this is not YAML",
                "kind: Fleet\\nname: &n a\\nspec: {description: *n}|anchors and aliases",
                "kind: Fleet\\nname: a\\nspec: {}\\n---\\nkind: Fleet\\nname: a\\nspec: {}|f.yaml:5: Fleet 'a' is declared at f.yaml:1"
            })
    void namesTheLineAndTheRemedy(String text, String message) {
        assertThatThrownBy(() -> DocumentReader.readOne("f.yaml", text.replace("\\n", "\n")))
                .isInstanceOf(CliException.class)
                .hasMessageContaining(message);
    }
}
