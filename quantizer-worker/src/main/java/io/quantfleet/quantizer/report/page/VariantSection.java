package io.quantfleet.quantizer.report.page;

import io.quantfleet.quantizer.evaluate.Accuracy;
import io.quantfleet.quantizer.evaluate.Evaluation;
import io.quantfleet.quantizer.evaluate.Likelihood;
import io.quantfleet.quantizer.lint.LintFinding;
import io.quantfleet.quantizer.quantize.FloatLayer;
import io.quantfleet.quantizer.quantize.LayerReconstruction;
import io.quantfleet.quantizer.report.VariantReport;
import io.quantfleet.quantizer.search.Trail;
import io.quantfleet.quantizer.technique.Finding;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A variant as its section of the page shows it: everything is text already, or geometry.
 *
 * @param figures the tiles at its head
 * @param causes what harmed quantization and what was done about it, one for each technique
 * @param ladder what was tried; without rungs if nothing was
 * @param sensitivity empty where nobody needed to know
 * @param pareto empty where mixed precision was not needed
 * @param reconstructions how closely layers give what they gave, the worst first; empty where the method does not mind
 * @param training empty where nothing was trained
 * @param leftFloatTold the first operators that stayed in FP32
 * @param leftFloatOthers the rest
 */
public record VariantSection(
        String deviceClass,
        String file,
        String sha256,
        String method,
        String verdict,
        boolean ready,
        List<String> reasons,
        List<String> techniques,
        List<Tile> figures,
        String samples,
        List<Cause> causes,
        Ladder ladder,
        Optional<SensitivityChart> sensitivity,
        ClipCharts clips,
        Optional<ParetoChart> pareto,
        List<Reconstructed> reconstructions,
        Optional<TrainingChart> training,
        List<FloatLayer> leftFloatTold,
        List<FloatLayer> leftFloatOthers,
        List<LintFinding> lint) {
    private static final int TOLD = 10;

    /** One figure: what it is, its value, and what it is compared with. */
    public record Tile(String title, String value, String beside) {}

    /**
     * What a technique found first.
     *
     * @param more how much more of the same it found
     */
    public record Cause(String technique, String node, String text, int more) {}

    /** A layer whose rounding minded its output: how close it is, and how close rounding to nearest would have been. */
    public record Reconstructed(String layer, String rounded, String chosen, String gain) {
        static Reconstructed of(LayerReconstruction layer) {
            return new Reconstructed(
                    layer.layer(),
                    Figures.decibels(layer.roundedDb()),
                    Figures.decibels(layer.chosenDb()),
                    Figures.signedDecibels(layer.chosenDb() - layer.roundedDb()));
        }
    }

    static VariantSection of(VariantReport report, long fp32Bytes) {
        Trail trail = report.trail();
        return new VariantSection(
                report.deviceClass(),
                report.file(),
                report.sha256().hex(),
                report.method(),
                report.verdict().name(),
                report.verdict().ready(),
                report.verdict().reasons(),
                trail.techniques(),
                tiles(report, fp32Bytes),
                samples(trail, report.evaluation().accuracy()),
                causes(trail),
                Ladder.of(trail.rungs()),
                trail.sensitivity().map(SensitivityChart::of),
                ClipCharts.of(trail.clips()),
                ParetoChart.of(trail.paretoFront()),
                trail.reconstructions().stream()
                        .sorted(Comparator.comparingDouble(LayerReconstruction::chosenDb))
                        .map(Reconstructed::of)
                        .toList(),
                TrainingChart.of(trail.training()),
                trail.leftFloat().stream().limit(TOLD).toList(),
                trail.leftFloat().stream().skip(TOLD).toList(),
                report.lint());
    }

    private static List<Tile> tiles(VariantReport report, long fp32Bytes) {
        Evaluation evaluation = report.evaluation();
        Accuracy accuracy = evaluation.accuracy();
        double p50 = evaluation.variantLatency().p50();
        double fp32P50 = evaluation.fp32Latency().p50();
        return List.of(
                new Tile(
                        "Size",
                        Figures.bytes(report.bytes()),
                        Figures.ratio((double) report.bytes(), (double) fp32Bytes) + " of FP32’s "
                                + Figures.bytes(fp32Bytes)),
                accuracy.likelihood().map(VariantSection::perplexity).orElseGet(() -> accuracy(accuracy)),
                new Tile(
                        "Agreement",
                        Figures.percent(accuracy.agreement()),
                        accuracy.likelihood().isPresent()
                                ? "of tokens are FP32’s first choice"
                                : "of samples get FP32’s answer"),
                new Tile("SQNR", Figures.decibels(evaluation.sqnrDb()), "signal over noise at the output"),
                new Tile(
                        "Latency, median",
                        Figures.millis(p50),
                        Figures.times(fp32P50, p50) + " FP32’s speed, " + Figures.millis(fp32P50)),
                new Tile(
                        "Made in",
                        Figures.seconds(report.seconds().calibrate()
                                + report.seconds().quantize()
                                + report.seconds().evaluate()),
                        report.peakRssMiB().isPresent()
                                ? Figures.count(Math.round(report.peakRssMiB().getAsDouble())) + " MiB at most"
                                : "peak memory unknown"));
    }

    private static Tile accuracy(Accuracy accuracy) {
        return new Tile(
                "Accuracy",
                Figures.percent(accuracy.variant()),
                Figures.loss(accuracy.lossPoints()) + " against FP32’s " + Figures.percent(accuracy.fp32()));
    }

    private static Tile perplexity(Likelihood likelihood) {
        return new Tile(
                "Perplexity",
                String.format(Locale.ROOT, "%.4f", likelihood.perplexity()),
                String.format(
                        Locale.ROOT,
                        "%+.2f %% against FP32’s %.4f; diverges by %.5f nats",
                        likelihood.increasePercent(),
                        likelihood.fp32Perplexity(),
                        likelihood.divergence()));
    }

    private static List<Cause> causes(Trail trail) {
        Map<String, List<Finding>> byTechnique = new LinkedHashMap<>();
        trail.rungs().stream()
                .flatMap(rung -> rung.findings().stream())
                .filter(finding -> trail.techniques().contains(finding.technique()))
                .forEach(finding -> byTechnique
                        .computeIfAbsent(finding.technique(), missing -> new ArrayList<>())
                        .add(finding));
        return byTechnique.values().stream()
                .map(found -> new Cause(
                        found.get(0).technique(),
                        found.get(0).node(),
                        found.get(0).text(),
                        found.size() - 1))
                .toList();
    }

    private static String samples(Trail trail, Accuracy accuracy) {
        return "Ranges were found with " + Figures.count(trail.calibrationSamples())
                + " calibration samples"
                + (trail.heldOutSamples() == 0
                        ? ""
                        : ", choices made by " + Figures.count(trail.heldOutSamples()) + " others held out of them,")
                + " and the variant judged on " + Figures.count(accuracy.samples())
                + (accuracy.likelihood().isPresent() ? " tokens of validation samples" : " validation samples")
                + ". Latency is that of one inference at a time on one thread, in turns with FP32.";
    }
}
