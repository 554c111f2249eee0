package io.quantfleet.quantizer.lint;

import io.quantfleet.quantizer.runtime.TensorSpec;
import java.util.List;

/** {@code static-shape}: every dimension of every input is fixed where the profile says so. */
final class StaticShapeRule implements LintRule {

    @Override
    public void check(LintSubject subject, Findings findings) {
        if (!subject.profile().staticShapes()) {
            return;
        }
        for (TensorSpec input : subject.model().inputs()) {
            List<Long> shape = input.shape();
            if (shape.contains(TensorSpec.DYNAMIC)) {
                findings.error(
                        "static-shape",
                        input.name(),
                        "dimension " + shape.indexOf(TensorSpec.DYNAMIC) + " of this input is open; "
                                + subject.profile().runtime()
                                + " compiles a graph for one shape: fix every dimension, the"
                                + " batch to 1");
            }
        }
    }
}
