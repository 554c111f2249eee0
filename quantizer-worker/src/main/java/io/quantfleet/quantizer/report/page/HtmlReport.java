package io.quantfleet.quantizer.report.page;

import io.quantfleet.quantizer.report.VariantReport;
import io.quarkus.qute.Engine;
import io.quarkus.qute.HtmlEscaper;
import io.quarkus.qute.ReflectionValueResolver;
import io.quarkus.qute.Template;
import io.quarkus.qute.ValueResolvers;
import io.quarkus.qute.Variant;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Renders the page: sizes, accuracy and latency against FP32, what was tried, how sensitive each layer is, the ranges of
 * activations with their histograms, the Pareto front, and what stayed in FP32. The file needs no network and no script.
 * Safe for use by several threads; the same reports give the same bytes.
 */
public final class HtmlReport {
    private static final String HTML = "text/html";

    private final Template template;
    private final String style = resource("report.css");

    /** Parses the template. */
    public HtmlReport() {
        Engine engine = Engine.builder()
                .addDefaults()
                .addValueResolver(ValueResolvers.rawResolver())
                .addValueResolver(new ReflectionValueResolver())
                .addResultMapper(new HtmlEscaper(List.of(HTML)))
                .removeStandaloneLines(true)
                .build();
        this.template = engine.parse(resource("report.html"), Variant.forContentType(HTML), "report.html");
    }

    /**
     * The page of one run.
     *
     * @param model the model's name
     * @param fp32Bytes size of the original, with its external data
     * @param variants one section each, in this order
     */
    public String of(String model, long fp32Bytes, List<VariantReport> variants) {
        return template.data("model", model)
                .data("style", style)
                .data("fp32Size", Figures.bytes(fp32Bytes))
                .data(
                        "variants",
                        variants.stream()
                                .map(report -> VariantSection.of(report, fp32Bytes))
                                .toList())
                .render();
    }

    private static String resource(String name) {
        try (InputStream stream =
                HtmlReport.class.getResourceAsStream("/io/quantfleet/quantizer/report/page/" + name)) {
            if (stream == null) {
                throw new IllegalStateException("no resource " + name + " on the class path");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("can't read the resource " + name, e);
        }
    }
}
