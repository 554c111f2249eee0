package io.quantfleet.controlplane.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.protocols.profile.ShippedProfiles;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeviceProfileTest {
    @Test
    void saysHowMuchMemoryAModelMayTake() {
        assertThat(DeviceProfile.of("runtime: other\nmemoryMiB: 512").memoryLimitBytes())
                .isEqualTo(OptionalLong.of(512L << 20));
        assertThat(DeviceProfile.of("runtime: other").memoryLimitBytes()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "onnxruntime-cpu, cpu",
        "qnn, qnn",
        "nnapi, nnapi",
        "openvino, openvino",
        "tensorrt, tensorrt;cuda",
    })
    void saysWhatRunsModels(String runtime, String providers) {
        assertThat(DeviceProfile.of("runtime: " + runtime).executionProviders())
                .isEqualTo(List.of(providers.split(";")));
    }

    @Test
    void leavesARuntimeThatIsNoneOfOnnxRuntimesToTheAgent() {
        assertThat(DeviceProfile.of("runtime: other").executionProviders()).isEmpty();
    }

    @Test
    void everyProfileThatComesWithTheProductSaysSomethingOfBoth() {
        assertThat(ShippedProfiles.names()).allSatisfy(name -> {
            DeviceProfile profile = DeviceProfile.of(ShippedProfiles.text(name).orElseThrow());
            assertThat(profile.memoryLimitBytes()).isPresent();
            assertThat(profile.executionProviders()).isNotEmpty();
        });
    }
}
