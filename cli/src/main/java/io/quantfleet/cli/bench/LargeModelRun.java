package io.quantfleet.cli.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quantfleet.quantizer.FileToFileQuantizer;
import io.quantfleet.quantizer.ModelFiles;
import io.quantfleet.quantizer.QuantizationOptions;
import io.quantfleet.quantizer.QuantizationOptions.Method;
import io.quantfleet.quantizer.QuantizationProgress;
import io.quantfleet.quantizer.QuantizationProgress.Step;
import io.quantfleet.quantizer.QuantizationRequest;
import io.quantfleet.quantizer.Quantizer;
import io.quantfleet.quantizer.report.PeakMemory;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import io.quantfleet.quantizer.target.ProfileReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What quantizing a model takes of time and memory, in a process that does nothing else.
 *
 * @param description of a model that has its data sets and room for a variant beside it
 */
record LargeModelRun(Path description, Method method) {
    static final String CALIBRATION = "calibration.npz";
    static final String VALIDATION = "validation.npz";

    private static final double NANOS = 1e9;

    /** Without the model being in memory. */
    ObjectNode fromFileToFile() {
        long start = System.nanoTime();
        long bytes = FileToFileQuantizer.quantize(
                        description,
                        Optional.of(beside(CALIBRATION)),
                        profiles(),
                        options(),
                        Runtime.getRuntime().availableProcessors(),
                        beside("variants"),
                        progress -> {})
                .variants()
                .get(0)
                .made()
                .bytes();
        return spent(start).put("variantBytes", bytes);
    }

    /** With the model in memory; what evaluating takes beside it is told apart. */
    ObjectNode inMemory() throws IOException {
        long start = System.nanoTime();
        ObjectNode figures = JsonNodeFactory.instance.objectNode();
        Path variant = Quantizer.builder()
                .build()
                .quantize(
                        new QuantizationRequest(
                                new ModelFiles(description, beside(CALIBRATION), beside(VALIDATION)),
                                profiles(),
                                options(),
                                beside("variants")),
                        progress -> {
                            if (evaluates(progress) && figures.isEmpty()) {
                                figures.setAll(spent(start));
                            }
                        })
                .variants()
                .get(0)
                .file();
        ObjectNode all = spent(start);
        figures.set("secondsWithEvaluation", all.get("quantizeSeconds"));
        figures.set("peakRssMiBWithEvaluation", all.get("peakRssMiB"));
        return figures.put("variantBytes", Files.size(variant));
    }

    private static boolean evaluates(QuantizationProgress progress) {
        return progress.step() == Step.EVALUATE;
    }

    private static ObjectNode spent(long start) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("quantizeSeconds", (System.nanoTime() - start) / NANOS)
                .put("peakRssMiB", PeakMemory.mebibytes().orElse(Double.NaN));
    }

    private Path beside(String name) {
        return description.resolveSibling(name);
    }

    private static List<DeviceClassProfile> profiles() {
        return List.of(new ProfileReader().builtIn("rpi-cpu"));
    }

    private QuantizationOptions options() {
        return QuantizationOptions.builder().method(method).build();
    }
}
