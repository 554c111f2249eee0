package io.quantfleet.quantizer.search;

import io.quantfleet.quantizer.evaluate.Fidelity;
import io.quantfleet.quantizer.quantize.Calibration;
import io.quantfleet.quantizer.quantize.QuantizedModel;
import io.quantfleet.quantizer.quantize.Recipe;
import io.quantfleet.quantizer.technique.Finding;
import java.util.ArrayList;
import java.util.List;

/**
 * A variant that was tried, and how it was made.
 *
 * @param techniques names of what it was made with, in order
 * @param findings what techniques found and did
 * @param calibration the FP32 model that it was made from, with what is known of its tensors
 */
record Candidate(
        List<String> techniques,
        List<Finding> findings,
        Calibration calibration,
        Recipe recipe,
        QuantizedModel quantized,
        Fidelity heldOut) {

    Candidate {
        techniques = List.copyOf(techniques);
        findings = List.copyOf(findings);
    }

    List<String> techniquesAnd(String another) {
        List<String> all = new ArrayList<>(techniques);
        all.add(another);
        return all;
    }

    /** Whether it is this very variant, not one that is alike. */
    boolean is(Candidate other) {
        return quantized.model() == other.quantized.model();
    }

    long bytes() {
        return quantized.model().bytes();
    }
}
