package io.quantfleet.quantizer.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.target.DeviceClassProfile.Bias;
import io.quantfleet.quantizer.target.DeviceClassProfile.Kernels;
import io.quantfleet.quantizer.target.DeviceClassProfile.Outputs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ProfileReaderTest {
    private static final String SMALL = """
            name: my-board
            title: My board
            runtime: onnxruntime-cpu
            weights: {type: int8, symmetric: true, perChannel: [Conv]}
            activations: {type: uint8, symmetric: false}
            operators: [Conv, Gemm]
            """;

    private final ProfileReader reader = new ProfileReader();

    @ParameterizedTest
    @MethodSource("io.quantfleet.quantizer.target.ProfileReader#builtInNames")
    void readsEveryBuiltInProfile(String name) {
        DeviceClassProfile profile = reader.builtIn(name);
        assertThat(profile.name()).isEqualTo(name);
        assertThat(profile.weights().symmetric()).isTrue();
        assertThat(profile.weights().type()).isEqualTo(IntegerType.INT8);
        assertThat(profile.description()).isNotBlank();
    }

    @Test
    void gpuIsSymmetricThroughout() {
        DeviceClassProfile gpu = reader.builtIn("gpu");
        assertThat(gpu.activations().symmetric()).isTrue();
        assertThat(gpu.activations().outputs()).isEqualTo(Outputs.AS_READ);
        assertThat(gpu.bias()).isEqualTo(Bias.FLOAT32);
    }

    @Test
    void phoneNpuLeavesNothingInFloat() {
        DeviceClassProfile phone = reader.builtIn("phone-npu");
        assertThat(phone.everyOperator()).isTrue();
        assertThat(phone.staticShapes()).isTrue();
        assertThat(phone.activations().type()).isEqualTo(IntegerType.UINT8);
    }

    @Test
    void oldX86KeepsWeightsToSevenBits() {
        assertThat(reader.builtIn("x86-avx2").weights().reducedRange()).isTrue();
        assertThat(reader.builtIn("x86-vnni").weights().reducedRange()).isFalse();
    }

    @Test
    void hexagonMayMixSixteenBitsIn() {
        DeviceClassProfile hexagon = reader.builtIn("qnn-htp");
        assertThat(hexagon.forms()).containsExactly(Form.STATIC_INT8, Form.A16W8);
        assertThat(hexagon.layers()).containsExactly(Precision.INT8, Precision.A16W8);
    }

    @Test
    void readsALatencyTable() {
        DeviceClassProfile profile = reader.read(SMALL + """
                latencyTable:
                  - {operator: Conv, precision: int8, microsPerMillion: 2.5, overheadMicros: 10}
                  - {operator: "*", precision: int8, microsPerMillion: 100}
                minAgreement: 0.98
                """, "my-board.yaml");
        LatencyTable table = profile.latencyTable();
        assertThat(table.micros("Conv", Precision.INT8, 4)).hasValue(20);
        assertThat(table.micros("Add", Precision.INT8, 0.5)).hasValue(50);
        assertThat(table.micros("Conv", Precision.FLOAT32, 4)).isEmpty();
        assertThat(profile.minAgreement()).hasValue(0.98);
    }

    @Test
    void fillsInWhatIsLeftOut() {
        DeviceClassProfile profile = reader.read(SMALL, "my-board.yaml");
        assertThat(profile.bias()).isEqualTo(Bias.INT32);
        assertThat(profile.int8Kernels()).isEqualTo(Kernels.OPTIONAL);
        assertThat(profile.activations().outputs()).isEqualTo(Outputs.EVERY);
        assertThat(profile.maxLossPoints()).isEmpty();
        assertThat(profile.minAgreement()).isEmpty();
        assertThat(profile.forms()).containsExactly(Form.STATIC_INT8);
        assertThat(profile.layers()).containsExactly(Precision.INT8, Precision.FLOAT32);
        assertThat(profile.weights().reducedRange()).isFalse();
        assertThat(profile.latencyTable().isEmpty()).isTrue();
        assertThat(profile.operators().contains("Gemm")).isTrue();
        assertThat(profile.weights().perChannel().contains("Gemm")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "name: my-board | name: My_Board | name",
                "type: int8 | type: int7 | weights.type",
                "operators: [Conv, Gemm] | operators: some | operators",
                "title: My board | title: My board\\ncolour: red | colour",
                "runtime: onnxruntime-cpu | runtime: abacus | runtime",
                "type: uint8, symmetric: false | type: uint8, symmetric: true | symmetric activations",
                "symmetric: true, perChannel | symmetric: false, perChannel | must be symmetric",
                "operators: [Conv, Gemm] | operators: [Conv, Gemm]\\neveryOperator: true | operators: all",
                "operators: [Conv, Gemm] | operators: all\\neveryOperator: true\\nlayers: [int8, float32] | float32",
                "operators: [Conv, Gemm] | operators: [Conv]\\nforms: [] | forms",
                "operators: [Conv, Gemm] | operators: [Conv]\\nforms: [int3] | forms",
                "operators: [Conv, Gemm] | operators: [Conv]\\nminAgreement: 98 | minAgreement",
                "name: my-board | name: [ | YAML",
                "title: My board | # | title"
            })
    void namesTheFault(String good, String bad, String named) {
        String text = SMALL.replace(good, bad.replace("\\n", "\n"));
        assertThatExceptionOfType(QuantizerException.class)
                .isThrownBy(() -> reader.read(text, "my-board.yaml"))
                .withMessageContaining(named)
                .satisfies(e -> assertThat(e.code()).isEqualTo(ReasonCode.PROFILE_INVALID));
    }

    @Test
    void namesTheBuiltInClassesIfAskedForAnother() {
        assertThatExceptionOfType(QuantizerException.class)
                .isThrownBy(() -> reader.builtIn("toaster"))
                .withMessageContaining("toaster")
                .withMessageContaining("rpi-cpu, phone-npu, gpu");
    }
}
