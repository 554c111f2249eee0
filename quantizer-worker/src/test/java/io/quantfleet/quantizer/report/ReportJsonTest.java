package io.quantfleet.quantizer.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.protocols.Sha256;
import io.quantfleet.quantizer.evaluate.Accuracy;
import io.quantfleet.quantizer.evaluate.Evaluation;
import io.quantfleet.quantizer.evaluate.EvaluationSamples;
import io.quantfleet.quantizer.evaluate.Latency;
import io.quantfleet.quantizer.evaluate.Verdict;
import io.quantfleet.quantizer.lint.LintFinding;
import io.quantfleet.quantizer.lint.LintFinding.Severity;
import io.quantfleet.quantizer.search.Trail;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportJsonTest {

    private static VariantReport report(double sqnrDb, OptionalDouble rss) {
        Evaluation evaluation = new Evaluation(
                new Accuracy(0.8102, 0.809, 0.98, 5000),
                sqnrDb,
                0,
                new Latency(1.23456, 2),
                new Latency(0.5, 0.75),
                EvaluationSamples.predictions(0));
        return new VariantReport(
                "rpi-cpu",
                "net.rpi-cpu.onnx",
                Sha256.of(new byte[] {1}),
                321,
                "int8 static",
                evaluation,
                new StepSeconds(1.5, 0.25, 3),
                rss,
                List.of(new LintFinding(Severity.WARNING, "fusion", "Relu_1", "quantize behind it")),
                new Verdict(false, List.of("too \"far\" off")),
                Trail.of("int8 static"));
    }

    @Test
    void hasTheNamesThatScriptsRelyOn() {
        assertThat(ReportJson.ofModel("net", 1000, List.of(report(31.236, OptionalDouble.of(512.34)))))
                .isEqualToNormalizingNewlines("""
                        {
                          "model" : "net",
                          "fp32Bytes" : 1000,
                          "variants" : [ {
                            "deviceClass" : "rpi-cpu",
                            "file" : "net.rpi-cpu.onnx",
                            "sha256" : "4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a",
                            "bytes" : 321,
                            "method" : "int8 static",
                            "accuracy" : {
                              "fp32" : 0.8102,
                              "variant" : 0.809,
                              "agreement" : 0.98,
                              "samples" : 5000
                            },
                            "sqnrDb" : 31.24,
                            "latencyMs" : {
                              "fp32" : {
                                "p50" : 1.2346,
                                "p95" : 2.0
                              },
                              "variant" : {
                                "p50" : 0.5,
                                "p95" : 0.75
                              }
                            },
                            "seconds" : {
                              "calibrate" : 1.5,
                              "quantize" : 0.25,
                              "evaluate" : 3.0
                            },
                            "peakRssMiB" : 512.3,
                            "lint" : [ {
                              "severity" : "WARNING",
                              "rule" : "fusion",
                              "node" : "Relu_1",
                              "message" : "quantize behind it"
                            } ],
                            "verdict" : "REJECTED",
                            "reasons" : [ "too \\"far\\" off" ],
                            "techniques" : [ ],
                            "samples" : {
                              "calibration" : 0,
                              "heldOut" : 0
                            },
                            "rungs" : [ ],
                            "leftFloat" : [ ],
                            "clips" : [ ],
                            "pareto" : [ ]
                          } ]
                        }""");
    }

    @Test
    void writesNullForAFigureThatDoesNotExist() {
        assertThat(ReportJson.ofVariant(report(Double.POSITIVE_INFINITY, OptionalDouble.empty())))
                .contains("\"sqnrDb\" : null", "\"peakRssMiB\" : null");
    }

    @Test
    void readsThePeakFromTheProcessStatus(@TempDir Path folder) throws Exception {
        Path status = Files.writeString(folder.resolve("status"), "Name:\tjava\nVmHWM:\t  524288 kB\nVmRSS:\t 10 kB\n");

        assertThat(PeakMemory.read(status)).hasValue(512.0);
        assertThat(PeakMemory.read(folder.resolve("none"))).isEmpty();
    }
}
