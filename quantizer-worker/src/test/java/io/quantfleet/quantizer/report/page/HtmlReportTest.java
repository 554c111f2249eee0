package io.quantfleet.quantizer.report.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.protocols.Sha256;
import io.quantfleet.quantizer.calibration.Histograms;
import io.quantfleet.quantizer.calibration.Range;
import io.quantfleet.quantizer.evaluate.Accuracy;
import io.quantfleet.quantizer.evaluate.Evaluation;
import io.quantfleet.quantizer.evaluate.EvaluationSamples;
import io.quantfleet.quantizer.evaluate.Fidelity;
import io.quantfleet.quantizer.evaluate.Latency;
import io.quantfleet.quantizer.evaluate.Verdict;
import io.quantfleet.quantizer.lint.LintFinding;
import io.quantfleet.quantizer.lint.LintFinding.Severity;
import io.quantfleet.quantizer.quantize.FloatLayer;
import io.quantfleet.quantizer.quantize.LayerReconstruction;
import io.quantfleet.quantizer.quantize.TensorClip;
import io.quantfleet.quantizer.report.StepSeconds;
import io.quantfleet.quantizer.report.VariantReport;
import io.quantfleet.quantizer.search.ParetoPoint;
import io.quantfleet.quantizer.search.Rung;
import io.quantfleet.quantizer.search.Trail;
import io.quantfleet.quantizer.search.Trial;
import io.quantfleet.quantizer.sensitivity.LayerSensitivity;
import io.quantfleet.quantizer.sensitivity.SensitivityProfile;
import io.quantfleet.quantizer.target.Precision;
import io.quantfleet.quantizer.technique.Finding;
import io.quantfleet.quantizer.train.TrainingPoint;
import java.io.StringReader;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

class HtmlReportTest {
    private static Fidelity fidelity(double sqnr) {
        return new Fidelity(sqnr, 0.01, sqnr, 0.97, 0.25, 100);
    }

    private static Trail trail() {
        Rung first = new Rung(
                "calibration-minmax",
                List.of(),
                List.of(),
                Optional.empty(),
                fidelity(9.5),
                Optional.of(new Accuracy(0.79, 0.76, 0.88, 1000)),
                false,
                1_500_000,
                12.5);
        Rung second = new Rung(
                "softmax-bounds",
                List.of(new Trial("cut at -20", fidelity(31), true), new Trial("cut at -90", fidelity(21), false)),
                List.of(
                        new Finding("softmax-bounds", "/l.0/Add <mask>", "the mask of -10000 spends the range"),
                        new Finding("softmax-bounds", "/l.1/Add", "the second mask")),
                Optional.of(fidelity(9.5)),
                fidelity(31.25),
                Optional.of(new Accuracy(0.79, 0.789, 0.985, 1000)),
                true,
                1_500_000,
                3.25);
        return new Trail(
                "static-int8-per-tensor",
                List.of("softmax-bounds"),
                400,
                100,
                List.of(first, second),
                List.of(new FloatLayer("Tanh_3", "Tanh", "no int8 kernel")),
                List.of(
                        new TensorClip(
                                "image",
                                "percentile-99.9",
                                new Range(-2, 6),
                                new Range(-1, 3),
                                Optional.of(Histograms.even(0.01, 600))),
                        new TensorClip(
                                "never read",
                                "minmax",
                                new Range(-2, 6),
                                new Range(-2, 6),
                                Optional.of(Histograms.even(0.01, 0))),
                        new TensorClip(
                                "constant",
                                "minmax",
                                new Range(2, 2),
                                new Range(0, 2),
                                Optional.of(Histograms.even(0.01, 1))),
                        new TensorClip("uncounted", "minmax", new Range(-2, 6), new Range(-2, 6), Optional.empty())),
                Optional.of(new SensitivityProfile(
                        fidelity(9.5),
                        List.of(
                                new LayerSensitivity("/conv1/Conv", "Conv", 432, fidelity(40), fidelity(9.6)),
                                new LayerSensitivity("/fc/Gemm", "Gemm", 640, fidelity(20), fidelity(14.5))),
                        200,
                        8.5)),
                List.of(
                        new ParetoPoint("all layers in int8", Map.of(), 1_000_000, 1.5, fidelity(20), true, false),
                        new ParetoPoint(
                                "1 layer in float32",
                                Map.of("/fc/Gemm", Precision.FLOAT32),
                                1_100_000,
                                1.75,
                                fidelity(30),
                                true,
                                true),
                        new ParetoPoint(
                                "1 layer in float16",
                                Map.of("/conv1/Conv", Precision.FLOAT16),
                                1_200_000,
                                2,
                                fidelity(21),
                                false,
                                false)),
                List.of(new LayerReconstruction("/l.0/up/MatMul", 18.5, 21.25)),
                List.of(new TrainingPoint(1, 0.5, 90, 1.25, 0.71), new TrainingPoint(2, 1, 180, 0.75, 0.785)));
    }

    private static VariantReport report(String deviceClass, Trail trail) {
        return new VariantReport(
                deviceClass,
                "net." + deviceClass + ".onnx",
                Sha256.of(new byte[] {1}),
                1_500_000,
                trail.method(),
                new Evaluation(
                        new Accuracy(0.81, 0.806, 0.975, 5000),
                        Double.NaN,
                        0,
                        new Latency(2, 3),
                        new Latency(0.5, 0.75),
                        EvaluationSamples.predictions(0)),
                new StepSeconds(1.5, 0.25, 3),
                OptionalDouble.of(512),
                List.of(new LintFinding(Severity.WARNING, "fusion", "Relu_1", "quantize behind it")),
                new Verdict(false, List.of("accuracy falls by <too> much")),
                trail);
    }

    private static String page() {
        return new HtmlReport()
                .of("net & co", 6_000_000, List.of(report("rpi-cpu", trail()), report("gpu", Trail.of("static-int8"))));
    }

    @Test
    void drawsHowTheTrainingWent() {
        assertThat(page())
                .containsOnlyOnce("<h3>Training</h3>")
                .contains("Loss and accuracy while the variant was trained", "<td class=\"n\">0.7500</td>", "78.50 %")
                .contains("class=\"loss\" points=\"360", "class=\"line\" points=\"360");
    }

    @Test
    void showsWhatTheReportHas() {
        assertThat(page())
                .contains("25 % of FP32’s", "−0.40 pt against FP32’s 81.00 %", "4.00× FP32’s speed")
                .contains("softmax-bounds", "+21.8 dB", "accurate enough", "the mask of -10000 spends the range")
                .contains("/fc/Gemm", "10.00 %", "1.00 %", "+5.0 dB")
                .contains("1 layer in float32", "estimated latency, ms", "chosen")
                .contains("percentile-99.9: −1.000 to 3.000", "50.00 % kept")
                .contains("Tanh_3", "no int8 kernel", "fusion", "quantize behind it");
    }

    @Test
    void drawsNoHistogramWhereNothingWasCounted() {
        assertThat(page()).doesNotContain("uncounted", "never read", "constant");
    }

    @Test
    void saysWhatMadeItHardBeforeWhatWasTried() {
        String page = page();
        assertThat(page).contains("What made it hard", "and 1 more like it");
        assertThat(page.indexOf("the mask of -10000 spends the range")).isLessThan(page.indexOf("What was tried"));
    }

    @Test
    void marksWhereRangesEndThatCutOffSomething() {
        String page = page();
        assertThat(page).contains("Tensors that are cut off: 1;", "class=\"edge\"");
    }

    @Test
    void theWorstLayerComesFirst() {
        String page = page();
        assertThat(page.indexOf("<code>/fc/Gemm</code>")).isLessThan(page.indexOf("<code>/conv1/Conv</code>"));
    }

    @Test
    void namesAreTextWhateverTheyContain() {
        assertThat(page())
                .contains("net &amp; co", "/l.0/Add &lt;mask&gt;", "falls by &lt;too&gt; much")
                .doesNotContain("<mask>", "<too>");
    }

    @Test
    void needsNoNetworkAndNoScript() {
        assertThat(page()).doesNotContain("<script", "http:", "https:", "@import", "url(");
    }

    @Test
    void everyElementIsClosed() throws Exception {
        String body = page().replaceFirst("(?s)<!DOCTYPE html>", "").replaceAll("<meta [^>]*>", "");

        var document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(body)));

        assertThat(document.getElementsByTagName("section").getLength()).isEqualTo(2);
        assertThat(document.getElementsByTagName("circle").getLength()).isEqualTo(3);
    }

    @Test
    void theSameReportsGiveTheSamePage() {
        assertThat(page()).isEqualTo(page());
    }
}
