package io.quantfleet.quantizer.dataset;

import com.fasterxml.jackson.databind.JsonNode;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.schema.DocumentSchema;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a user tells about a model in the YAML file beside its ONNX file. The format is published as the JSON Schema
 * {@code model-description.v1.schema.json} among the resources of {@code protocols}.
 *
 * @param name the model's name
 * @param task what it does
 * @param onnx the file name, without folders, of the ONNX file beside the description
 * @param inputs the graph's inputs: a single image, or tensors
 * @param output the graph's output that holds one score per label, or per token at each place
 * @param labels what the scores stand for, in order; none for a language model
 * @param vocabulary how many tokens a language model knows; 0 for any other
 */
public record ModelDescription(
        String name,
        Task task,
        String onnx,
        List<ModelInput> inputs,
        String output,
        List<String> labels,
        int vocabulary) {
    private static final String SCHEMA = "model-description.v1.schema.json";
    private static final long MAX_BYTES = 1 << 20;

    public ModelDescription {
        inputs = List.copyOf(inputs);
        labels = List.copyOf(labels);
        boolean tokens = task == Task.LANGUAGE_MODEL;
        if (inputs.isEmpty() || (tokens ? vocabulary < 2 || !labels.isEmpty() : labels.size() < 2 || vocabulary != 0)) {
            throw new IllegalArgumentException("a model has at least one input, and two labels or tokens");
        }
    }

    /**
     * Reads a description.
     *
     * @throws QuantizerException if the file can't be read or breaks the format; the message lists every fault
     */
    public static ModelDescription read(Path file) {
        String source = file.getFileName().toString();
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new QuantizerException(
                        ReasonCode.DESCRIPTION_INVALID,
                        source + ": " + Files.size(file)
                                + " bytes are too many for a description; is it the YAML file?");
            }
            return parse(Files.readString(file), source);
        } catch (CharacterCodingException e) {
            throw new QuantizerException(
                    ReasonCode.DESCRIPTION_INVALID, source + ": not a text file in UTF-8; is it the YAML file?", e);
        } catch (IOException e) {
            throw new QuantizerException(
                    ReasonCode.ARTIFACT_MISSING,
                    "can't read the model description " + file + ": " + Faults.reason(e),
                    e);
        }
    }

    /**
     * Parses a description.
     *
     * @param yaml the text
     * @param source what messages call it
     * @throws QuantizerException if it breaks the format; the message lists every fault
     */
    public static ModelDescription parse(String yaml, String source) {
        JsonNode root =
                DocumentSchema.load(SCHEMA, ReasonCode.DESCRIPTION_INVALID).read(yaml, source);
        return new DescriptionParser(source).parse(root);
    }

    /** How many scores there are at each place: one for each label or token. */
    public int scores() {
        return task == Task.LANGUAGE_MODEL ? vocabulary : labels.size();
    }

    /** How many places of a sample have scores: one, or one for each token of a sample. */
    public int places() {
        return task == Task.LANGUAGE_MODEL
                ? TokenSamples.tokens(this).sampleShape().get(0)
                : 1;
    }

    /** The image input of a model that takes an image. */
    public Optional<ImageInput> image() {
        return inputs.get(0).match(Optional::of, tensor -> Optional.empty());
    }

    /** The input of this name. */
    public Optional<ModelInput> input(String inputName) {
        return inputs.stream().filter(input -> input.name().equals(inputName)).findFirst();
    }
}
