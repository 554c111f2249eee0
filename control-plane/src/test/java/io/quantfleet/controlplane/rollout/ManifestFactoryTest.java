package io.quantfleet.controlplane.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ManifestFactoryTest {
    private static final Offset<Double> EXACT = Offset.offset(1e-12);

    @Test
    void letsADeviceMissTwoPercentAndOneSample() {
        assertThat(ManifestFactory.minProbeAccuracy(0.90, 100)).isEqualTo(0.87, EXACT);
        assertThat(ManifestFactory.minProbeAccuracy(0.90, 10)).isEqualTo(0.78, EXACT);
    }

    @Test
    void neverAsksForLessThanNothing() {
        assertThat(ManifestFactory.minProbeAccuracy(0.01, 10)).isZero();
        assertThat(ManifestFactory.minProbeAccuracy(0.5, 0)).isZero();
    }
}
