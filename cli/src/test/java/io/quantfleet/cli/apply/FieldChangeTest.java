package io.quantfleet.cli.apply;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

class FieldChangeTest {
    private static List<String> between(String from, String to) throws JsonProcessingException {
        JsonMapper json = new JsonMapper();
        return FieldChange.between(json.readTree(from), json.readTree(to)).stream()
                .map(FieldChange::line)
                .toList();
    }

    @Test
    void namesEveryValueThatDiffers() throws JsonProcessingException {
        assertThat(between("""
                {"a": 1, "b": {"c": "x", "d": true}, "e": [1, 2], "f": null}""", """
                {"a": 2, "b": {"c": "x"}, "e": [1, 2, {"g": 3}]}""")).containsExactly("~ a: 1 -> 2", "- b.d: true", "+ e[2].g: 3");
    }

    @Test
    void numbersAreEqualByTheirValue() throws JsonProcessingException {
        assertThat(between("{\"a\": 5, \"b\": 1.50}", "{\"b\": 1.5, \"a\": 5.0}"))
                .isEmpty();
    }

    @Test
    void valuesOfOtherKindsAreShownWhole() throws JsonProcessingException {
        assertThat(between("{\"a\": [1]}", "{\"a\": {\"b\": 1}}")).containsExactly("~ a: [1] -> {\"b\":1}");
        assertThat(between("{\"a\": []}", "{\"a\": [1]}")).containsExactly("~ a: [] -> [1]");
        assertThat(between("{\"a\": {}}", "{}")).containsExactly("- a: {}");
    }
}
