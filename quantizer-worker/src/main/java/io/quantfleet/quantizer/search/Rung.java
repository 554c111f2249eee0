package io.quantfleet.quantizer.search;

import io.quantfleet.quantizer.evaluate.Accuracy;
import io.quantfleet.quantizer.evaluate.Fidelity;
import io.quantfleet.quantizer.technique.Finding;
import java.util.List;
import java.util.Optional;

/**
 * One rung of the ladder: what it tried, what that gave and what it cost.
 *
 * @param name the technique
 * @param trials what was tried, in this order
 * @param findings what was found in the model and done about it
 * @param before how closely the best variant followed FP32 before this rung; empty for the first
 * @param after the same after it
 * @param validation the accuracy of the best variant after it; empty where the rung changed nothing
 * @param goalMet whether that is accurate enough
 * @param bytes of the best variant after it
 * @param seconds what the rung took, its validation included
 */
public record Rung(
        String name,
        List<Trial> trials,
        List<Finding> findings,
        Optional<Fidelity> before,
        Fidelity after,
        Optional<Accuracy> validation,
        boolean goalMet,
        long bytes,
        double seconds) {

    public Rung {
        trials = List.copyOf(trials);
        findings = List.copyOf(findings);
    }

    /** What the rung gained in closeness to FP32, in decibels, see {@link Fidelity#closenessDb}; 0 for the first. */
    public double gainDb() {
        return before.map(earlier -> after.closenessDb() - earlier.closenessDb())
                .orElse(0.0);
    }
}
