package io.quantfleet.quantizer.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.quantfleet.quantizer.calibration.Range;
import io.quantfleet.quantizer.target.IntegerType;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AffineTest {

    @ParameterizedTest
    @EnumSource
    void anyRangeIsExpressedWithinHalfAStep(IntegerType type) {
        Random random = new Random(5);
        for (int i = 0; i < 2000; i++) {
            float one = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(60) - 30));
            float other = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(60) - 30));
            Range range = new Range(Math.min(one, other), Math.max(one, other));
            Affine affine = Affine.of(range, type, false);
            assertThat(affine.quantize(0)).isEqualTo(affine.zeroPoint());
            for (float value : new float[] {range.min(), range.max(), range.min() / 2 + range.max() / 2}) {
                double back = ((double) affine.quantize(value) - affine.zeroPoint()) * affine.scale();
                // Rounding the zero point moves both ends by up to half a step.
                assertThat(back).isCloseTo(value, within(affine.scale() * 1.001));
            }
        }
    }

    @Test
    void symmetricMeansZeroPointZero() {
        Affine affine = Affine.of(new Range(-1, 4), IntegerType.INT8, true);
        assertThat(affine.zeroPoint()).isZero();
        assertThat(affine.quantize(4)).isEqualTo(127);
        assertThat(affine.quantize(-4)).isEqualTo(-127);
    }

    @Test
    void aRangeFromZeroUsesEveryStep() {
        Affine signed = Affine.of(new Range(0.1f, 6), IntegerType.INT8, false);
        assertThat(signed.zeroPoint()).isEqualTo(-128);
        assertThat(signed.lowest()).isZero();
        assertThat(signed.highest()).isCloseTo(6, within(1e-5f));
        assertThat(Affine.of(new Range(0, 6), IntegerType.UINT8, false).zeroPoint())
                .isZero();
    }

    @ParameterizedTest
    @EnumSource
    void oddRangesGiveAScaleThatCanBeComputedWith(IntegerType type) {
        for (Range range : new Range[] {
            new Range(0, 0),
            new Range(0, Float.MIN_VALUE),
            new Range(-Float.MAX_VALUE, Float.MAX_VALUE),
            new Range(3, 3),
            new Range(-3, -3)
        }) {
            Affine affine = Affine.of(range, type, false);
            assertThat(affine.scale()).isPositive().isFinite();
            assertThat(affine.quantize(0)).isEqualTo(affine.zeroPoint());
        }
    }

    @Test
    void tiesGoToEvenAsRuntimesRound() {
        Affine affine = new Affine(IntegerType.INT8, 1, 0);
        assertThat(affine.quantize(0.5f)).isZero();
        assertThat(affine.quantize(1.5f)).isEqualTo(2);
        assertThat(affine.quantize(-2.5f)).isEqualTo(-2);
        assertThat(affine.quantize(1000)).isEqualTo(127);
        assertThat(affine.quantize(Float.NEGATIVE_INFINITY)).isEqualTo(-128);
    }

    @Test
    void refusesScalesThatCantBeComputedWith() {
        for (float scale : new float[] {0, -1, Float.NaN, Float.POSITIVE_INFINITY, Float.MIN_VALUE}) {
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> new Affine(IntegerType.INT8, scale, 0));
        }
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> new Affine(IntegerType.UINT8, 1, -1));
    }
}
