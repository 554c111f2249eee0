package io.quantfleet.controlplane.device;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.List;
import java.util.OptionalLong;

/**
 * What the profile of a device class says to the agents of its devices.
 *
 * @param memoryLimitBytes that loading and running a model may take; empty for no limit
 * @param executionProviders of ONNX Runtime, the one to try first at the head; empty where the profile does not say
 */
public record DeviceProfile(OptionalLong memoryLimitBytes, List<String> executionProviders) {
    private static final YAMLMapper YAML = new YAMLMapper();

    public DeviceProfile {
        executionProviders = List.copyOf(executionProviders);
    }

    /** Reads a profile's text, which satisfied the schema when it was registered. */
    public static DeviceProfile of(String yaml) {
        JsonNode profile;
        try {
            profile = YAML.readTree(yaml);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the database holds a profile that doesn't parse", e);
        }
        JsonNode mebibytes = profile.path("memoryMiB");
        return new DeviceProfile(
                mebibytes.isNumber() ? OptionalLong.of(mebibytes.asLong() << 20) : OptionalLong.empty(),
                providers(profile.path("runtime").asText()));
    }

    /** As agents name them. */
    private static List<String> providers(String runtime) {
        return switch (runtime) {
            case "onnxruntime-cpu" -> List.of("cpu");
            case "qnn", "nnapi", "openvino" -> List.of(runtime);
            case "tensorrt" -> List.of("tensorrt", "cuda");
            default -> List.of();
        };
    }
}
