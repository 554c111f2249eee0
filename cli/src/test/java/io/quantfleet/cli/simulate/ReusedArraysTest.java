package io.quantfleet.cli.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReusedArraysTest {
    private final ReusedArrays arrays = new ReusedArrays(100);

    @Test
    void givesTheArrayThatWasGivenBackLastOnceMoreToOneAlone() {
        byte[] first = arrays.take(40);
        byte[] second = arrays.take(40);
        arrays.giveBack(first);
        arrays.giveBack(second);

        assertThat(arrays.take(40)).isSameAs(second);
        assertThat(arrays.take(40)).isSameAs(first);
        assertThat(arrays.take(40)).isNotSameAs(first).isNotSameAs(second);
    }

    @Test
    void givesArraysOfTheLengthThatIsAskedFor() {
        arrays.giveBack(new byte[40]);

        assertThat(arrays.take(30)).hasSize(30);
    }

    @Test
    void keepsNoMoreThanItMay() {
        byte[] old = new byte[60];
        byte[] latest = new byte[50];
        arrays.giveBack(old);
        arrays.giveBack(latest);

        assertThat(arrays.take(60)).isNotSameAs(old);
        assertThat(arrays.take(50)).isSameAs(latest);
    }
}
