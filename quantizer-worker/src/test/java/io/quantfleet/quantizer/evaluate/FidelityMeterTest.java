package io.quantfleet.quantizer.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.quantizer.dataset.ModelDescription;
import io.quantfleet.quantizer.dataset.Task;
import io.quantfleet.quantizer.dataset.TensorInput;
import io.quantfleet.quantizer.runtime.ElementType;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class FidelityMeterTest {
    private static final int SAMPLES = 100;
    private static final ModelDescription TWO_LABELS = new ModelDescription(
            "tiny",
            Task.CLASSIFICATION,
            "tiny.onnx",
            List.of(new TensorInput("x", ElementType.FLOAT32, List.of(2))),
            "y",
            List.of("no", "yes"),
            0);

    private final TinySamples samples = new TinySamples(new float[SAMPLES][2], new int[SAMPLES]);

    private Fidelity fidelity(float[] fp32, float[] actual) {
        FidelityMeter meter = new FidelityMeter(samples, TWO_LABELS);
        meter.add(0, SAMPLES, fp32, actual);
        return meter.fidelity();
    }

    private static float[] scores(float first, float second) {
        float[] scores = new float[2 * SAMPLES];
        for (int i = 0; i < SAMPLES; i++) {
            scores[2 * i] = first;
            scores[2 * i + 1] = second;
        }
        return scores;
    }

    @Test
    void closenessIsTheMeanOfTwoRatiosOfAmplitudesInDecibels() {
        float[] fp32 = scores(3, 4);

        Fidelity moved = fidelity(fp32, scores(3, 4.5f));

        double amplitudeDb = 20 * Math.log10(5 / 0.5);
        double rootDb = -10 * Math.log10(moved.divergence());
        assertThat(moved.closenessDb()).isCloseTo((amplitudeDb + rootDb) / 2, Offset.offset(1e-6));
        assertThat(moved.sqnrDb()).isCloseTo(amplitudeDb, Offset.offset(1e-6));
    }

    @Test
    void oneSampleThatIsCutOffDoesNotOutweighAllOthers() {
        float[] fp32 = scores(2, 1);
        fp32[0] = 60;
        float[] rounded = scores(2.05f, 0.95f);
        rounded[0] = 60.05f;
        float[] cutOff = scores(2.01f, 0.99f);
        cutOff[0] = 55;

        Fidelity everywhere = fidelity(fp32, rounded);
        Fidelity once = fidelity(fp32, cutOff);

        assertThat(once.sqnrDb()).isLessThan(everywhere.sqnrDb());
        assertThat(once.clearlyBetterThan(everywhere)).isTrue();
    }

    @Test
    void nothingIsFurtherThanWhatIsNotFinite() {
        float[] fp32 = scores(2, 1);
        float[] broken = Arrays.copyOf(fp32, fp32.length);
        broken[7] = Float.NaN;

        assertThat(fidelity(fp32, broken).closenessDb()).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(fidelity(fp32, fp32).closenessDb()).isEqualTo(140, Offset.offset(1e-6));
    }
}
