package io.quantfleet.quantizer.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quantfleet.quantizer.evaluate.Accuracy;
import io.quantfleet.quantizer.evaluate.Evaluation;
import io.quantfleet.quantizer.evaluate.Latency;
import java.util.List;

/**
 * The JSON form of reports. The names are a contract with scripts and with the control plane: they are spelt out here,
 * and don't follow the records' names. Accuracies are fractions; a figure that does not exist is null. Stateless.
 */
public final class ReportJson {
    private static final ObjectWriter WRITER = JsonMapper.builder().build().writerWithDefaultPrettyPrinter();

    private ReportJson() {}

    /** The report of one variant. */
    public static String ofVariant(VariantReport report) {
        return text(variant(report));
    }

    /**
     * The report of a model and the variants made of it.
     *
     * @param model the model's name
     * @param fp32Bytes size of the original, with its external data
     */
    public static String ofModel(String model, long fp32Bytes, List<VariantReport> variants) {
        ObjectNode root =
                JsonNodeFactory.instance.objectNode().put("model", model).put("fp32Bytes", fp32Bytes);
        root.putArray("variants")
                .addAll(variants.stream().map(ReportJson::variant).toList());
        return text(root);
    }

    private static ObjectNode variant(VariantReport report) {
        Evaluation evaluation = report.evaluation();
        ObjectNode node = JsonNodeFactory.instance
                .objectNode()
                .put("deviceClass", report.deviceClass())
                .put("file", report.file())
                .put("sha256", report.sha256().hex())
                .put("bytes", report.bytes())
                .put("method", report.method());
        accuracy(node.putObject("accuracy"), evaluation.accuracy());
        figure(node, "sqnrDb", rounded(evaluation.sqnrDb(), 100));
        ObjectNode latency = node.putObject("latencyMs");
        latency(latency.putObject("fp32"), evaluation.fp32Latency());
        latency(latency.putObject("variant"), evaluation.variantLatency());
        node.putObject("seconds")
                .put("calibrate", rounded(report.seconds().calibrate(), 1000))
                .put("quantize", rounded(report.seconds().quantize(), 1000))
                .put("evaluate", rounded(report.seconds().evaluate(), 1000));
        figure(node, "peakRssMiB", rounded(report.peakRssMiB().orElse(Double.NaN), 10));
        node.putArray("lint")
                .addAll(report.lint().stream().map(LintJson::finding).toList());
        node.put("verdict", report.verdict().name());
        node.putArray("reasons")
                .addAll(report.verdict().reasons().stream()
                        .map(JsonNodeFactory.instance::textNode)
                        .toList());
        TrailJson.write(node, report.trail());
        return node;
    }

    static void accuracy(ObjectNode node, Accuracy accuracy) {
        node.put("fp32", accuracy.fp32())
                .put("variant", accuracy.variant())
                .put("agreement", accuracy.agreement())
                .put("samples", accuracy.samples());
        accuracy.likelihood().ifPresent(likelihood -> {
            ObjectNode perplexity = node.putObject("perplexity");
            figure(perplexity, "fp32", rounded(likelihood.fp32Perplexity(), 1_000_000));
            figure(perplexity, "variant", rounded(likelihood.perplexity(), 1_000_000));
            figure(perplexity, "increasePercent", rounded(likelihood.increasePercent(), 10_000));
            figure(node, "divergence", rounded(likelihood.divergence(), 10_000_000));
        });
    }

    private static void latency(ObjectNode node, Latency latency) {
        node.put("p50", rounded(latency.p50(), 10_000)).put("p95", rounded(latency.p95(), 10_000));
    }

    static void figure(ObjectNode node, String name, double value) {
        if (Double.isFinite(value)) {
            node.put(name, value);
        } else {
            node.putNull(name);
        }
    }

    static double rounded(double value, int parts) {
        return Double.isFinite(value) ? (double) Math.round(value * parts) / parts : value;
    }

    static String text(ObjectNode node) {
        try {
            return WRITER.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values is always JSON", e);
        }
    }
}
