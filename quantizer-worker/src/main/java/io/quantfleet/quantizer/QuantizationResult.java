package io.quantfleet.quantizer;

import io.quantfleet.quantizer.report.ReportJson;
import io.quantfleet.quantizer.report.page.HtmlReport;
import java.util.List;

/**
 * What came of a request.
 *
 * @param model the model's name
 * @param fp32Bytes size of the original, with its external data
 * @param variants in the order of the request's profiles
 */
public record QuantizationResult(String model, long fp32Bytes, List<QuantizedVariant> variants) {
    /** The file beside the variants that shows the report to people. */
    public static final String PAGE = "report.html";

    public QuantizationResult {
        variants = List.copyOf(variants);
    }

    /** The report as a page for people: self-contained HTML, see {@link HtmlReport}. */
    public String toHtml() {
        return new HtmlReport()
                .of(
                        model,
                        fp32Bytes,
                        variants.stream().map(QuantizedVariant::report).toList());
    }

    /** The report with the names that scripts rely on. */
    public String toJson() {
        return ReportJson.ofModel(
                model,
                fp32Bytes,
                variants.stream().map(QuantizedVariant::report).toList());
    }
}
