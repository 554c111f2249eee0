package io.quantfleet.quantizer.lint;

/** One thing to check, or a few that belong together. Stateless. */
@FunctionalInterface
interface LintRule {
    void check(LintSubject subject, Findings findings);
}
