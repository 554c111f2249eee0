package io.quantfleet.quantizer;

import io.quantfleet.protocols.v1.ProbeSet;
import io.quantfleet.quantizer.report.VariantReport;
import java.nio.file.Path;

/**
 * A variant, written and judged.
 *
 * @param file the quantized ONNX file
 * @param report what was measured
 * @param probeSet the samples that shall travel with it; empty for a language model
 * @param probeAccuracy the fraction of these for which the variant is right, measured here; not a number without a probe
 *     set
 */
public record QuantizedVariant(Path file, VariantReport report, ProbeSet probeSet, double probeAccuracy) {}
