package io.quantfleet.quantizer.lint;

import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import java.util.List;

/**
 * Checks variants against the profiles of device classes. Stateless; the same variant and profile give the same findings
 * in the same order.
 */
public final class TargetLinter {
    private static final List<LintRule> RULES = List.of(
            new OpsetRule(),
            new OperatorRule(),
            new FormRule(),
            new StaticShapeRule(),
            new CodingRule(),
            new ActivationRule(),
            new WeightRule(),
            new BiasRule(),
            new FloatOperatorRule(),
            new PlacementRule(),
            new MemoryRule(),
            new KernelRule());

    private TargetLinter() {}

    /**
     * What is wrong with a variant.
     *
     * @param variant a model in QDQ or any other form, from here or elsewhere
     * @param profile what it shall run on
     * @return the findings in the order of the rules; empty if there is nothing to say
     */
    public static List<LintFinding> lint(OnnxModel variant, DeviceClassProfile profile) {
        LintSubject subject = new LintSubject(variant, profile);
        Findings findings = new Findings();
        RULES.forEach(rule -> rule.check(subject, findings));
        return findings.all();
    }
}
