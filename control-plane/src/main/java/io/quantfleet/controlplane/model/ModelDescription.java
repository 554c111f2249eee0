package io.quantfleet.controlplane.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.quantfleet.controlplane.YamlSchema;
import io.quantfleet.protocols.ReasonCode;

/**
 * What the control plane reads in a model's description; the rest is the quantizer's.
 *
 * @param onnx the file name that the ONNX graph goes by
 * @param yaml the whole text
 */
public record ModelDescription(String name, String task, String onnx, String yaml) {
    private static final YamlSchema SCHEMA =
            YamlSchema.load("model-description.v1.schema.json", "model description", ReasonCode.DESCRIPTION_INVALID);
    private static final String LANGUAGE_MODEL = "language-model";

    /**
     * Reads a description.
     *
     * @throws io.quantfleet.controlplane.ControlPlaneException {@code DESCRIPTION_INVALID}, listing every fault
     */
    static ModelDescription parse(String yaml) {
        JsonNode root = SCHEMA.parse(yaml);
        return new ModelDescription(
                root.path("name").asText(),
                root.path("task").asText(),
                root.path("onnx").asText(),
                yaml);
    }

    /** Whether a task is that of a language model, whose samples are tokens and which is judged by perplexity. */
    public static boolean isLanguageModel(String task) {
        return task.equals(LANGUAGE_MODEL);
    }
}
