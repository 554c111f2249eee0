package io.quantfleet.quantizer.lint;

import io.quantfleet.quantizer.lint.LintFinding.Severity;
import io.quantfleet.quantizer.onnx.Node;
import java.util.ArrayList;
import java.util.List;

/** Collects what rules find. */
final class Findings {
    private final List<LintFinding> all = new ArrayList<>();

    void error(String rule, Node node, String message) {
        error(rule, node.label(), message);
    }

    void error(String rule, String node, String message) {
        all.add(new LintFinding(Severity.ERROR, rule, node, message));
    }

    void warning(String rule, Node node, String message) {
        all.add(new LintFinding(Severity.WARNING, rule, node.label(), message));
    }

    void add(boolean error, String rule, Node node, String message) {
        if (error) {
            error(rule, node, message);
        } else {
            warning(rule, node, message);
        }
    }

    List<LintFinding> all() {
        return List.copyOf(all);
    }
}
