package io.quantfleet.controlplane.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.YamlSchema;
import io.quantfleet.protocols.ReasonCode;

/**
 * What the control plane reads in a model's description; the rest is the quantizer's.
 *
 * @param onnx the file name that the ONNX graph goes by
 * @param yaml the whole text
 */
record ModelDescription(String name, String task, String onnx, String yaml) {
    private static final YamlSchema SCHEMA =
            YamlSchema.load("model-description.v1.schema.json", "model description", ReasonCode.DESCRIPTION_INVALID);
    private static final String CLASSIFICATION = "classification";

    /**
     * Reads a description.
     *
     * @throws io.quantfleet.controlplane.ControlPlaneException {@code DESCRIPTION_INVALID}, listing every fault
     */
    static ModelDescription parse(String yaml) {
        JsonNode root = SCHEMA.parse(yaml);
        String task = root.path("task").asText();
        if (!task.equals(CLASSIFICATION)) {
            throw new ControlPlaneException(
                    ReasonCode.DESCRIPTION_INVALID,
                    "task: fleets take classification models only, which devices can check themselves, not " + task
                            + "; quantize such a model with 'quantfleet quantize'");
        }
        return new ModelDescription(
                root.path("name").asText(), task, root.path("onnx").asText(), yaml);
    }
}
