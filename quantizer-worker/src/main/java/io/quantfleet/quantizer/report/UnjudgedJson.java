package io.quantfleet.quantizer.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quantfleet.quantizer.FileToFileResult;

/** The report of variants that were made and not measured: what {@link ReportJson} has, as far as it is known. */
public final class UnjudgedJson {
    private UnjudgedJson() {}

    /** The report of a model and its variants. */
    public static String of(FileToFileResult result) {
        ObjectNode root = JsonNodeFactory.instance
                .objectNode()
                .put("model", result.model())
                .put("fp32Bytes", result.fp32Bytes());
        ArrayNode variants = root.putArray("variants");
        result.variants().forEach(variant -> variants.add(variant(variant)));
        return ReportJson.text(root);
    }

    private static ObjectNode variant(FileToFileResult.Variant variant) {
        ObjectNode node = JsonNodeFactory.instance
                .objectNode()
                .put("deviceClass", variant.deviceClass())
                .put("file", variant.fileName())
                .put("sha256", variant.sha256().hex())
                .put("dataFile", variant.dataFileName())
                .put("dataSha256", variant.dataSha256().hex())
                .put("bytes", variant.made().bytes())
                .put("method", variant.made().method());
        ReportJson.figure(
                node, "peakRssMiB", ReportJson.rounded(PeakMemory.mebibytes().orElse(Double.NaN), 10));
        node.put("verdict", "NOT_EVALUATED");
        node.putArray("reasons").add(FileToFileResult.WHY);
        ArrayNode left = node.putArray("leftFloat");
        variant.made().leftFloat().forEach(layer -> left.addObject()
                .put("name", layer.name())
                .put("operator", layer.operator())
                .put("reason", layer.reason()));
        TrailJson.reconstructions(node, variant.made().reconstructions());
        return node;
    }
}
