package io.quantfleet.controlplane.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRangeTest {
    @ParameterizedTest
    @CsvSource({
        "bytes=0-0,0,0",
        "bytes=5-,5,99",
        "bytes=5-7,5,7",
        "bytes=90-200,90,99",
        "bytes=-10,90,99",
        "bytes=-500,0,99"
    })
    void readsOneRange(String field, long first, long last) {
        assertThat(ByteRange.of(Optional.of(field), 100))
                .isEqualTo(new ByteRange.Request.Part(new ByteRange(first, last)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=100-", "bytes=500-600", "bytes=-0"})
    void saysThatThereIsNothing(String field) {
        assertThat(ByteRange.of(Optional.of(field), 100)).isEqualTo(new ByteRange.Request.Unsatisfiable());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "bytes=-", "bytes=7-5", "bytes=0-1,4-5", "items=0-1", "bytes=99999999999999999999-"})
    void ignoresWhatItDoesNotUnderstand(String field) {
        assertThat(ByteRange.of(Optional.of(field), 100)).isEqualTo(new ByteRange.Request.Whole());
    }

    @Test
    void withoutAFieldItIsEverything() {
        assertThat(ByteRange.of(Optional.empty(), 100)).isEqualTo(new ByteRange.Request.Whole());
    }
}
