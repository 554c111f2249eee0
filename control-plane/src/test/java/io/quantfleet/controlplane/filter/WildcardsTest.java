package io.quantfleet.controlplane.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WildcardsTest {
    @ParameterizedTest
    @CsvSource({
        "*, '', true",
        "?, '', false",
        "a*c, abbbc, true",
        "a*c, ac, true",
        "a*c, acd, false",
        "a*b*c, aXbYbZc, true",
        "a?c, a\uD83D\uDE00c, true",
        "a.c, abc, false",
        "*.*, a, false"
    })
    void matches(String pattern, String text, boolean expected) {
        assertThat(Wildcards.match(pattern, text)).isEqualTo(expected);
    }

    @Test
    void escapesWhatMeansSomethingToSql() {
        assertThat(Wildcards.toSql("50%_\\*?")).isEqualTo("50\\%\\_\\\\%_");
    }

    @Test
    void takesNoEndlessTimeForManyWildcards() {
        Assertions.assertTimeoutPreemptively(Duration.ofMinutes(1), () -> assertThatCode(
                        () -> Wildcards.match("*a".repeat(500) + "b", "a".repeat(4000)))
                .doesNotThrowAnyException());
    }
}
