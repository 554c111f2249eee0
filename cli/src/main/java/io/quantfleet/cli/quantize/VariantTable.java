package io.quantfleet.cli.quantize;

import io.quantfleet.cli.terminal.Table;
import io.quantfleet.cli.terminal.Table.Column;
import io.quantfleet.quantizer.QuantizationResult;
import io.quantfleet.quantizer.QuantizedVariant;
import io.quantfleet.quantizer.evaluate.Accuracy;
import io.quantfleet.quantizer.evaluate.Evaluation;
import io.quantfleet.quantizer.evaluate.Latency;
import io.quantfleet.quantizer.evaluate.Likelihood;
import io.quantfleet.quantizer.report.VariantReport;
import io.quantfleet.quantizer.technique.Finding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The variants of a model side by side, under their original. */
final class VariantTable {
    private final QuantizationResult result;

    VariantTable(QuantizationResult result) {
        this.result = result;
    }

    List<String> lines() {
        Table table = new Table(
                Column.text(result.model()),
                Column.number("KiB"),
                Column.number("of FP32"),
                Column.number(language() ? "perplexity" : "accuracy %"),
                Column.number(language() ? "rise %" : "loss"),
                Column.number("agreement %"),
                Column.number(language() ? "KL nats" : "SQNR dB"),
                Column.number("p50 ms"),
                Column.number("p95 ms"),
                Column.number("of FP32"),
                Column.text("verdict"));
        Evaluation first = result.variants().get(0).report().evaluation();
        Latency fp32 = first.fp32Latency();
        table.row(
                "FP32",
                kibibytes(result.fp32Bytes()),
                "",
                first.accuracy()
                        .likelihood()
                        .map(likelihood -> number(likelihood.fp32Perplexity()))
                        .orElseGet(() -> percent(first.accuracy().fp32())),
                "",
                "",
                "",
                number(fp32.p50()),
                number(fp32.p95()),
                "",
                "");
        result.variants().stream().map(QuantizedVariant::report).forEach(report -> row(table, report));
        List<String> lines = new ArrayList<>(table.lines());
        reasons(lines);
        findings(lines);
        lines.add("");
        result.variants().forEach(variant -> lines.add(variant.file().toString()));
        return lines;
    }

    private void row(Table table, VariantReport report) {
        Accuracy accuracy = report.evaluation().accuracy();
        Latency latency = report.evaluation().variantLatency();
        Latency fp32 = report.evaluation().fp32Latency();
        double sqnr = report.evaluation().sqnrDb();
        Optional<Likelihood> likelihood = accuracy.likelihood();
        table.row(
                report.deviceClass(),
                kibibytes(report.bytes()),
                ratio((double) report.bytes(), (double) result.fp32Bytes()),
                likelihood.map(each -> number(each.perplexity())).orElseGet(() -> percent(accuracy.variant())),
                number(likelihood.map(Likelihood::increasePercent).orElseGet(accuracy::lossPoints)),
                percent(accuracy.agreement()),
                likelihood
                        .map(each -> String.format(Locale.ROOT, "%.5f", each.divergence()))
                        .orElseGet(() -> Double.isFinite(sqnr) ? String.format(Locale.ROOT, "%.1f", sqnr) : "–"),
                number(latency.p50()),
                number(latency.p95()),
                ratio(latency.p50(), fp32.p50()),
                report.verdict().name());
    }

    private boolean language() {
        return result.variants()
                .get(0)
                .report()
                .evaluation()
                .accuracy()
                .likelihood()
                .isPresent();
    }

    private void reasons(List<String> lines) {
        for (QuantizedVariant variant : result.variants()) {
            VariantReport report = variant.report();
            report.verdict().reasons().forEach(reason -> lines.add("  " + report.deviceClass() + ": " + reason));
        }
    }

    // What was found in the model and treated; of many findings of one kind the first speaks for all.
    private void findings(List<String> lines) {
        for (QuantizedVariant variant : result.variants()) {
            VariantReport report = variant.report();
            Map<String, List<Finding>> byTechnique = report.trail().rungs().stream()
                    .flatMap(rung -> rung.findings().stream())
                    .collect(Collectors.groupingBy(Finding::technique, LinkedHashMap::new, Collectors.toList()));
            byTechnique.forEach((technique, found) -> {
                Finding first = found.get(0);
                String more = found.size() == 1 ? "" : " (and " + (found.size() - 1) + " more)";
                lines.add("  " + report.deviceClass() + ": " + technique + " at " + first.node() + ": " + first.text()
                        + more);
            });
        }
    }

    private static String kibibytes(long bytes) {
        return String.format(Locale.ROOT, "%.0f", bytes / 1024.0);
    }

    private static String percent(double fraction) {
        return number(fraction * 100);
    }

    private static String ratio(double part, double whole) {
        return whole == 0 ? "–" : String.format(Locale.ROOT, "%.2f", part / whole);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
