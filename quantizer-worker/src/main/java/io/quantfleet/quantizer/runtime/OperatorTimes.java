package io.quantfleet.quantizer.runtime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * How long single operators take on this machine with one thread, as ONNX Runtime's own profiler tells.
 *
 * @param microseconds by the operator's name, on average over the runs that count; operators that were fused into others
 *     are missing
 */
public record OperatorTimes(Map<String, Double> microseconds) {
    private static final String KERNEL = "_kernel_time";

    /** What ONNX Runtime appends to the name of a node that it moves to another layout. */
    private static final Pattern LAYOUT_SUFFIX = Pattern.compile("(_token_\\d+|_nchwc)$");

    private static final int WARM_UP = 3;

    public OperatorTimes {
        microseconds = Map.copyOf(microseconds);
    }

    /** What an operator takes; 0 if it is not there. */
    public double of(String name) {
        return microseconds.getOrDefault(name, 0.0);
    }

    /** What all of them take. */
    public double total() {
        return microseconds.values().stream().mapToDouble(Double::doubleValue).sum();
    }

    /**
     * Measures a model.
     *
     * @param model the serialized model, a direct buffer
     * @param inputs one sample
     * @param runs how many runs count
     * @throws QuantizerException if the model does not load or run
     */
    public static OperatorTimes measure(ByteBuffer model, Map<String, HostTensor> inputs, int runs) {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try {
            Path folder = Files.createTempDirectory("operator-times-");
            try (OrtSession.SessionOptions settings = OnnxSession.settings(RuntimeOptions.threads(1))) {
                settings.enableProfiling(folder.resolve("profile").toString());
                return run(environment, settings, model, inputs, runs);
            } finally {
                deleteAll(folder);
            }
        } catch (OrtException e) {
            throw OnnxSession.failed(e);
        } catch (IOException e) {
            throw new QuantizerException(ReasonCode.STORAGE_FAILED, "operators can't be timed: " + e.getMessage(), e);
        }
    }

    private static OperatorTimes run(
            OrtEnvironment environment,
            OrtSession.SessionOptions settings,
            ByteBuffer model,
            Map<String, HostTensor> inputs,
            int runs)
            throws OrtException, IOException {
        try (OrtSession session = environment.createSession(model, settings);
                OrtTensors natives = new OrtTensors(environment)) {
            Map<String, OnnxTensor> feeds = new LinkedHashMap<>();
            for (Map.Entry<String, HostTensor> input : inputs.entrySet()) {
                feeds.put(input.getKey(), natives.over(input.getValue()));
            }
            for (int i = 0; i < WARM_UP + runs; i++) {
                session.run(feeds).close();
            }
            return read(Path.of(session.endProfiling()), runs);
        }
    }

    private static OperatorTimes read(Path file, int runs) throws IOException {
        Map<String, Integer> seen = new HashMap<>();
        Map<String, Double> sums = new HashMap<>();
        for (JsonNode event : JsonMapper.builder().build().readTree(file.toFile())) {
            String name = event.path("name").asText();
            if (name.endsWith(KERNEL)) {
                String operator = LAYOUT_SUFFIX
                        .matcher(name.substring(0, name.length() - KERNEL.length()))
                        .replaceFirst("");
                if (seen.merge(operator, 1, Integer::sum) > WARM_UP) {
                    sums.merge(operator, event.path("dur").asDouble() / runs, Double::sum);
                }
            }
        }
        return new OperatorTimes(sums);
    }

    private static void deleteAll(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(folder);
    }
}
