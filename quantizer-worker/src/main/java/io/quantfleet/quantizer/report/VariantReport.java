package io.quantfleet.quantizer.report;

import io.quantfleet.protocols.Sha256;
import io.quantfleet.quantizer.evaluate.Evaluation;
import io.quantfleet.quantizer.evaluate.Verdict;
import io.quantfleet.quantizer.lint.LintFinding;
import io.quantfleet.quantizer.search.Trail;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Everything that is told about one variant.
 *
 * @param deviceClass what it was made for
 * @param file the variant's file name
 * @param sha256 of the file
 * @param bytes of the file
 * @param method how it was quantized, in a few words
 * @param evaluation what was measured
 * @param seconds how long each step took
 * @param peakRssMiB the most memory that the process has had resident since it started, see {@link PeakMemory}
 * @param lint what the target linter would have better; no errors are among it
 * @param verdict whether it may go to devices
 * @param trail how it came about
 */
public record VariantReport(
        String deviceClass,
        String file,
        Sha256 sha256,
        long bytes,
        String method,
        Evaluation evaluation,
        StepSeconds seconds,
        OptionalDouble peakRssMiB,
        List<LintFinding> lint,
        Verdict verdict,
        Trail trail) {

    public VariantReport {
        lint = List.copyOf(lint);
    }
}
