package io.quantfleet.protocols.profile;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ShippedProfilesTest {

    @ParameterizedTest
    @MethodSource("io.quantfleet.protocols.profile.ShippedProfiles#names")
    void everyProfileIsThereUnderItsName(String name) {
        assertThat(ShippedProfiles.text(name)).get().asString().contains("\nname: " + name + "\n");
    }

    @Test
    void whatIsRegisteredComesFirst() {
        assertThat(ShippedProfiles.names()).startsWith("rpi-cpu", "phone-npu", "gpu");
        assertThat(ShippedProfiles.registered()).containsExactly("rpi-cpu", "phone-npu", "gpu");
    }

    @Test
    void aNameIsNoPath() {
        assertThat(ShippedProfiles.text("../schema/device-class-profile.v1.schema"))
                .isEmpty();
    }
}
