package io.quantfleet.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FilterMistakeTest {
    @Test
    void pointsAtTheCharacter() {
        assertThat(lines("class = gpu and site = x", 17))
                .containsExactly("  class = gpu and site = x", "                  ^");
    }

    @Test
    void pointsBehindTheEndWhereSomethingLacks() {
        assertThat(lines("class =", 8)).containsExactly("  class =", "         ^");
    }

    @Test
    void showsTheLineOfTheMistakeOnly() {
        assertThat(lines("class = gpu\nand site = x\nand online = true", 17))
                .containsExactly("  and site = x", "      ^");
    }

    @Test
    void countsCharactersNotUtf16Units() {
        assertThat(lines("id = '\uD83D\uDE00' and x", 14))
                .containsExactly("  id = '\uD83D\uDE00' and x", "               ^");
    }

    private static List<String> lines(String filter, int position) {
        return FilterMistake.drawing(filter, position).lines().toList();
    }
}
