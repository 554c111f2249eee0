package io.quantfleet.quantizer.technique;

import io.quantfleet.quantizer.prepare.PreparedModel;
import java.util.List;

/**
 * A model that was rewritten, and why.
 *
 * @param model the rewritten model
 * @param findings what was found and done; empty if nothing was, and the model is the one that was given
 */
public record Treatment(PreparedModel model, List<Finding> findings) {

    public Treatment {
        findings = List.copyOf(findings);
    }

    /** Whether anything was done. */
    public boolean didSomething() {
        return !findings.isEmpty();
    }
}
