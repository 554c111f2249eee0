package io.quantfleet.quantizer.report;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quantfleet.quantizer.lint.LintFinding;
import java.util.List;
import java.util.Map;

/** The JSON form of what the target linter found. The names are a contract with scripts. Stateless. */
public final class LintJson {
    private LintJson() {}

    /**
     * The findings about one model.
     *
     * @param model the file
     * @param findings by device class, in the order to tell them in
     */
    public static String of(String model, Map<String, List<LintFinding>> findings) {
        ObjectNode root = JsonNodeFactory.instance.objectNode().put("model", model);
        ObjectNode classes = root.putObject("deviceClasses");
        findings.forEach((name, found) -> classes.putArray(name)
                .addAll(found.stream().map(LintJson::finding).toList()));
        return ReportJson.text(root);
    }

    static ObjectNode finding(LintFinding finding) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("severity", finding.severity().name())
                .put("rule", finding.rule())
                .put("node", finding.node())
                .put("message", finding.message());
    }
}
