package io.quantfleet.quantizer.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.quantizer.evaluate.Accuracy;
import io.quantfleet.quantizer.lint.LintFinding;
import io.quantfleet.quantizer.lint.TargetLinter;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import io.quantfleet.quantizer.target.ProfileReader;
import io.quantfleet.quantizer.technique.Finding;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code auto} makes of networks that are hard to quantize, with nothing left in floats for its sake. */
class HardNetsTest {

    @ParameterizedTest(name = "{0} for {1}, one scale for each weight: {2}")
    @CsvSource({
        "uneven depthwise, rpi-cpu, false, 30",
        "uneven depthwise, rpi-cpu, true, 30",
        "uneven depthwise, phone-npu, true, 30",
        "outlier channels, rpi-cpu, false, 30",
        "outlier channels, phone-npu, true, 28",
        "residual, rpi-cpu, true, 30",
        "residual, gpu, false, 30",
        "squeeze and excite, rpi-cpu, false, 30",
        "squeeze and excite, phone-npu, true, 30",
        "grouped, rpi-cpu, true, 30",
        "grouped, phone-npu, false, 30",
        "transformer with norms last, phone-npu, false, 25"
    })
    void followsFp32Closely(String net, String deviceClass, boolean perTensor, double sqnrDb) {
        SearchOnNet search = new SearchOnNet(net, new ProfileReader().builtIn(deviceClass))
                .perTensor(perTensor)
                .goal(new AccuracyGoal(10, Optional.empty()));

        SearchResult found = search.search();

        Accuracy accuracy = search.rungs().stream()
                .flatMap(rung -> rung.validation().stream())
                .reduce((earlier, later) -> later)
                .orElseThrow();
        assertThat(found.trail().techniques()).doesNotContain("mixed-precision", "forms");
        assertThat(accuracy.agreement()).isGreaterThanOrEqualTo(0.97);
        assertThat(search.last().after().sqnrDb()).isGreaterThan(sqnrDb);
    }

    // The outlier is shared with the weights; the scores of attention, which reach 400, get 16 bits if that is not
    // enough.
    @Test
    void aTransformerWithAnOutlierKeepsItsChoicesWhereEveryOperatorIsQuantized() {
        DeviceClassProfile profile = new ProfileReader().builtIn("phone-npu");
        SearchOnNet search = new SearchOnNet("transformer", profile).goal(new AccuracyGoal(10, Optional.of(0.95)));

        SearchResult found = search.search();

        assertThat(found.trail().techniques()).contains("smooth-quant");
        assertThat(search.rungs()).anySatisfy(rung -> {
            assertThat(rung.name()).isEqualTo("smooth-quant");
            assertThat(rung.gainDb()).isGreaterThan(2);
            assertThat(rung.findings()).extracting(Finding::text).anyMatch(text -> text.contains("channel 9 reaches"));
        });
        assertThat(search.rungs()).anyMatch(Rung::goalMet);
        assertThat(TargetLinter.lint(found.variant().model(), profile))
                .filteredOn(LintFinding::isError)
                .isEmpty();
    }

    // One channel of a layer norm twelve times as large as the others: no range of static INT8 suits both.
    @Test
    void anotherPrecisionOrFormServesWhereStaticInt8DoesNot() {
        SearchOnNet search = new SearchOnNet("transformer", new ProfileReader().builtIn("rpi-cpu"));

        SearchResult found = search.search();

        assertThat(found.trail().techniques()).containsAnyOf("mixed-precision", "dynamic-int8", "weight-only-int8");
        assertThat(search.last().goalMet()).isTrue();
        assertThat(search.last().after().agreement()).isGreaterThanOrEqualTo(0.97);
    }
}
