package io.quantfleet.quantizer.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.quantfleet.protocols.v1.QuantizationOptions;
import io.quantfleet.quantizer.QuantizationOptions.Method;
import io.quantfleet.quantizer.TrainingOptions;
import io.quantfleet.quantizer.search.Technique;
import io.quantfleet.quantizer.train.TrainingOptimizer;
import io.quantfleet.quantizer.train.TrainingSettings;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class WireOptionsTest {

    @Test
    void whatIsNotSaidIsLeftAsItIs() {
        var options = WireOptions.read(QuantizationOptions.getDefaultInstance()).build();
        assertThat(options).isEqualTo(io.quantfleet.quantizer.QuantizationOptions.defaults());
        assertThat(options.training()).isEqualTo(TrainingOptions.USUAL);
    }

    @Test
    void readsHowToTrain() {
        QuantizationOptions wire = QuantizationOptions.newBuilder()
                .setMethod("qat")
                .setOptimizer("sgd")
                .setPatience(3)
                .setBatch(32)
                .setAccumulation(4)
                .setLearnedZeroPoints(true)
                .build();
        assertThat(WireOptions.read(wire).build().training().method())
                .isEqualTo(new TrainingSettings.Method(TrainingOptimizer.SGD, 32, 4, OptionalInt.of(3), true));
    }

    @Test
    void readsTheMethodOfBlocks() {
        var options = WireOptions.read(
                        QuantizationOptions.newBuilder().setMethod("brecq").build())
                .build();
        assertThat(options.method()).isEqualTo(Method.BRECQ);
        assertThat(options.techniques()).containsExactly(Technique.BLOCK_RECONSTRUCTION);
    }

    @Test
    void refusesWhatThereIsNot() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WireOptions.read(
                        QuantizationOptions.newBuilder().setOptimizer("lion").build()))
                .withMessageContaining("adamw and sgd");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WireOptions.read(QuantizationOptions.newBuilder()
                        .setBatch(8)
                        .setAccumulation(9)
                        .build()))
                .withMessageContaining("8 in 9");
    }
}
