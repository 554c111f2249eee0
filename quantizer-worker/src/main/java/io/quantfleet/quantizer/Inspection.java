package io.quantfleet.quantizer;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.lint.LintFinding;
import io.quantfleet.quantizer.lint.TargetLinter;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** The look that every variant gets, as it lies on disk, before anybody may have it. */
@FunctionalInterface
interface Inspection {

    /** By the target linter. */
    Inspection LINTER = Inspection::lint;

    /**
     * What may be said against a variant.
     *
     * @throws QuantizerException {@code PROFILE_VIOLATED}, naming the nodes at fault, if it must not be published
     */
    List<LintFinding> inspect(Path variant, DeviceClassProfile profile);

    private static List<LintFinding> lint(Path variant, DeviceClassProfile profile) {
        List<LintFinding> findings = TargetLinter.lint(OnnxModel.readAnyForm(variant), profile);
        List<LintFinding> errors =
                findings.stream().filter(LintFinding::isError).toList();
        if (!errors.isEmpty()) {
            String named = errors.stream()
                    .limit(5)
                    .map(error -> error.rule() + " at " + error.node() + ": " + error.message())
                    .collect(Collectors.joining("; "));
            throw new QuantizerException(
                    ReasonCode.PROFILE_VIOLATED,
                    "the variant is not what " + profile.name() + " can run, so it is not published (" + errors.size()
                            + " found): " + named);
        }
        return findings;
    }
}
