package io.quantfleet.quantizer.lint;

/**
 * Something about a variant that its profile does not allow, or that is likely to be a mistake.
 *
 * @param severity whether the variant may be published nevertheless
 * @param rule which rule found it; names are stable, {@code docs/device-classes.md} lists them
 * @param node the node at fault, or the tensor where no node is
 * @param message what is wrong and the remedy, for a person
 */
public record LintFinding(Severity severity, String rule, String node, String message) {

    /** How bad a finding is. */
    public enum Severity {
        /** The runtime would refuse the variant, compute something else, or lose what quantizing was for. */
        ERROR,
        /** It works, but not as well as it could. */
        WARNING
    }

    /** Whether the variant must not be published. */
    public boolean isError() {
        return severity == Severity.ERROR;
    }
}
