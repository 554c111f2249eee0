package io.quantfleet.quantizer.dataset;

import com.fasterxml.jackson.databind.JsonNode;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.runtime.ElementType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;

/** Turns a description that satisfies the schema into its record, checking what a schema can't say. */
final class DescriptionParser {
    private final String source;

    DescriptionParser(String source) {
        this.source = source;
    }

    ModelDescription parse(JsonNode root) {
        List<ModelInput> inputs = new ArrayList<>();
        for (int i = 0; i < root.get("inputs").size(); i++) {
            JsonNode node = root.get("inputs").get(i);
            inputs.add("image".equals(node.get("kind").asText()) ? image(node, "inputs[" + i + "]") : tensor(node));
        }
        checkTogether(inputs);
        Task task = Task.ofLabel(root.get("task").asText());
        checkTask(task, root, inputs);
        return new ModelDescription(
                root.get("name").asText(),
                task,
                root.get("onnx").asText(),
                inputs,
                root.get("output").asText(),
                strings(root.path("labels")),
                root.path("vocabulary").asInt(0));
    }

    private void checkTask(Task task, JsonNode root, List<ModelInput> inputs) {
        String meaningless = task == Task.LANGUAGE_MODEL ? "labels" : "vocabulary";
        if (root.has(meaningless)) {
            throw fault(meaningless, "means nothing with task " + task.label() + "; remove it");
        }
        if (task == Task.LANGUAGE_MODEL
                && inputs.stream()
                        .noneMatch(input -> input instanceof TensorInput tensor
                                && tensor.name().equals(TokenSamples.TOKENS)
                                && tensor.type() != ElementType.FLOAT32
                                && tensor.sampleShape().size() == 1
                                && tensor.sampleShape().get(0) > 1)) {
            throw fault(
                    "inputs",
                    "a language model takes the tensor '" + TokenSamples.TOKENS
                            + "' of int64 or int32 with the shape [batch, tokens], and others beside it; there is none");
        }
    }

    private void checkTogether(List<ModelInput> inputs) {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < inputs.size(); i++) {
            ModelInput input = inputs.get(i);
            if (!names.add(input.name())) {
                throw fault("inputs[" + i + "].name", "'" + input.name() + "' is there twice; give each input once");
            }
            if (inputs.size() > 1 && input instanceof ImageInput) {
                throw fault("inputs[" + i + "].kind", "a model with an image input can't have other inputs");
            }
        }
    }

    private ImageInput image(JsonNode node, String path) {
        ImageInput.Channels channels =
                ImageInput.Channels.valueOf(node.get("channels").asText());
        return new ImageInput(
                node.get("name").asText(),
                ImageInput.Layout.valueOf(node.get("layout").asText()),
                channels,
                node.get("size").get(0).asInt(),
                node.get("size").get(1).asInt(),
                resize(node, path),
                node.path("scale").asDouble(1.0 / 255),
                perChannel(node, path, "mean", channels, 0.0),
                perChannel(node, path, "std", channels, 1.0));
    }

    private ImageResize resize(JsonNode node, String path) {
        JsonNode resize = node.path("resize");
        ImageResize.Mode mode =
                ImageResize.Mode.valueOf(resize.path("mode").asText("crop").toUpperCase(Locale.ROOT));
        if (!resize.has("shorterSide")) {
            return new ImageResize(mode, OptionalInt.empty());
        }
        int side = resize.get("shorterSide").asInt();
        if (mode == ImageResize.Mode.STRETCH) {
            throw fault(path + ".resize.shorterSide", "means nothing with mode stretch; remove one of them");
        }
        int longest = Math.max(
                node.get("size").get(0).asInt(), node.get("size").get(1).asInt());
        if (side < longest) {
            throw fault(
                    path + ".resize.shorterSide",
                    side + " does not cover the input's size " + node.get("size") + "; give at least " + longest);
        }
        return new ImageResize(mode, OptionalInt.of(side));
    }

    private List<Double> perChannel(
            JsonNode node, String path, String key, ImageInput.Channels channels, double absent) {
        if (!node.has(key)) {
            return Collections.nCopies(channels.count(), absent);
        }
        List<Double> values = new ArrayList<>();
        node.get(key).forEach(value -> values.add(value.asDouble()));
        if (values.size() != channels.count()) {
            throw fault(
                    path + "." + key,
                    "has " + values.size() + " numbers, but channels " + channels + " needs " + channels.count());
        }
        return values;
    }

    private static TensorInput tensor(JsonNode node) {
        List<Integer> shape = new ArrayList<>();
        node.get("shape").forEach(dimension -> shape.add(dimension.asInt()));
        return new TensorInput(
                node.get("name").asText(),
                ElementType.valueOf(node.get("type").asText().toUpperCase(Locale.ROOT)),
                shape.subList(1, shape.size()));
    }

    private static List<String> strings(JsonNode array) {
        List<String> values = new ArrayList<>();
        array.forEach(value -> values.add(value.asText()));
        return values;
    }

    private QuantizerException fault(String path, String problem) {
        return new QuantizerException(ReasonCode.DESCRIPTION_INVALID, source + ": " + path + ": " + problem);
    }
}
