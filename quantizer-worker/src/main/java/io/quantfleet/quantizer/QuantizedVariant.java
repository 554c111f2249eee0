package io.quantfleet.quantizer;

import io.quantfleet.protocols.v1.ProbeSet;
import io.quantfleet.quantizer.report.VariantReport;
import java.nio.file.Path;

/**
 * A variant, written and judged.
 *
 * @param file the quantized ONNX file
 * @param report what was measured
 * @param probeSet the samples that shall travel with it
 * @param probeAccuracy the fraction of their answers that the variant gives, measured here
 */
public record QuantizedVariant(Path file, VariantReport report, ProbeSet probeSet, double probeAccuracy) {}
