package io.quantfleet.quantizer.lint;

import java.util.OptionalLong;

/** {@code memory}: the file alone is not larger than the memory that the profile grants a model. */
final class MemoryRule implements LintRule {
    private static final long MIB = 1 << 20;

    @Override
    public void check(LintSubject subject, Findings findings) {
        OptionalLong granted = subject.profile().memoryMiB();
        long bytes = subject.model().bytes();
        if (granted.isPresent() && bytes > granted.getAsLong() * MIB) {
            findings.error(
                    "memory",
                    "the whole model",
                    "it has " + bytes / MIB + " MiB; " + subject.profile().name() + " grants a model "
                            + granted.getAsLong()
                            + " MiB: take a form with smaller weights, or raise memoryMiB in the profile");
        }
    }
}
