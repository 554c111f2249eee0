package io.quantfleet.quantizer.lint;

import io.quantfleet.quantizer.onnx.Coding;
import io.quantfleet.quantizer.onnx.StoredIntegers;

/** {@code scale}: scales and zero points are constants, and numbers that can be computed with. */
final class CodingRule implements LintRule {

    @Override
    public void check(LintSubject subject, Findings findings) {
        subject.quantized().codings().forEach((node, coding) -> {
            if (coding.isEmpty()) {
                findings.error(
                        "scale",
                        node,
                        "its scale or zero point is computed, or of a type that can't be read here: fold constants, and"
                                + " store scales as 32-bit floats");
            } else {
                check(coding.get(), findings);
            }
        });
    }

    private static void check(Coding coding, Findings findings) {
        for (int place = 0; place < coding.places(); place++) {
            float scale = coding.scale(place);
            if (!(scale >= Float.MIN_NORMAL) || Float.isInfinite(scale)) {
                findings.error(
                        "scale",
                        coding.node(),
                        "its scale is " + scale
                                + "; scales are positive, normal and finite: calibrate with samples on which"
                                + " this tensor takes different values");
                return;
            }
        }
        int points = coding.zeroPoints().map(StoredIntegers::count).orElse(coding.places());
        if (points != coding.places()) {
            findings.error(
                    "scale", coding.node(), "it has " + coding.places() + " scales but " + points + " zero points");
        }
    }
}
