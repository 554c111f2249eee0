package io.quantfleet.controlplane.conditional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quantfleet.controlplane.ControlPlaneException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TagListTest {
    private static TagList parse(String field) {
        return TagList.parse("If-Match", field);
    }

    @Test
    void anythingIsMatchedByAnAsterisk() {
        assertThat(parse(" * ").hasStrongly("\"a\"")).isTrue();
    }

    @Test
    void aWeakTagMatchesNoStrongOneForAChange() {
        TagList list = parse("W/\"a\", \"b\"");

        assertThat(list.hasStrongly("\"a\"")).isFalse();
        assertThat(list.hasWeakly("\"a\"")).isTrue();
        assertThat(list.hasStrongly("\"b\"")).isTrue();
        assertThat(list.hasWeakly("\"c\"")).isFalse();
    }

    @Test
    void aTagMayHaveAComma() {
        assertThat(parse("\"a,b\",\"c\"").strong()).containsExactly("\"a,b\"", "\"c\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "\"a", "\"a\" \"b\"", "\"a\", b", "*, \"a\"", "w/\"a\""})
    void whatHasNoTagsIsRefused(String field) {
        assertThatThrownBy(() -> parse(field)).isInstanceOf(ControlPlaneException.class);
    }
}
