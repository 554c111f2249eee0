package io.quantfleet.controlplane.model;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.artifact.ObjectStore;
import io.quantfleet.protocols.artifact.StoredArtifact;
import io.quantfleet.protocols.v1.ModelArtifacts;
import io.quantfleet.protocols.v1.NamedArtifact;
import io.quantfleet.protocols.v1.QuantizationOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jboss.resteasy.reactive.server.multipart.FormValue;
import org.jboss.resteasy.reactive.server.multipart.MultipartFormDataInput;

/**
 * The multipart form with which a model version is registered. All of it is checked before anything is stored, so what
 * is refused leaves nothing behind.
 */
final class ModelUpload {
    private static final Set<String> PARTS = Set.of(
            "description", "onnx", "externalData", "calibration", "validation", "training", "maxLossPoints", "options");
    private static final int MAX_DESCRIPTION_BYTES = 1 << 20;

    private final MultipartFormDataInput form;
    private final ModelDescription description;
    private final Optional<Double> maxLossPoints;

    ModelUpload(MultipartFormDataInput form) throws IOException {
        this.form = form;
        for (String part : form.getValues().keySet()) {
            if (!PARTS.contains(part)) {
                throw ControlPlaneException.invalid("the form has an unknown part '" + part + "'");
            }
        }
        this.description = ModelDescription.parse(descriptionText());
        this.maxLossPoints = maxLossPoints();
        BudgetRule.points(description.task(), maxLossPoints, options(), 0);
        requireFile("onnx", ReasonCode.MODEL_MALFORMED);
        requireDataSet("calibration");
        requireDataSet("validation");
        if (!parts("training").isEmpty()) {
            requireDataSet("training");
        }
        for (FormValue data : parts("externalData")) {
            if (!FileNames.isPlain(fileName(data)) || size(data) == 0) {
                throw ControlPlaneException.invalid("a part 'externalData' is empty or has no plain file name");
            }
        }
    }

    /** How the version shall be quantized; what is not said is left to the worker. */
    QuantizationOptions options() {
        return parts("options").isEmpty()
                ? QuantizationOptions.getDefaultInstance()
                : JobOptions.parse(part("options").getValue());
    }

    /** Streams the parts into the object store, hashing them on the way. */
    NewModelVersion store(ObjectStore store, double defaultMaxLossPoints) throws IOException {
        ModelArtifacts.Builder artifacts = ModelArtifacts.newBuilder()
                .setDescription(
                        store.put(new ByteArrayInputStream(description.yaml().getBytes(StandardCharsets.UTF_8)))
                                .toRef())
                .setOnnx(put(store, part("onnx"), description.onnx()))
                .setCalibration(put(store, part("calibration"), fileName(part("calibration"))))
                .setValidation(put(store, part("validation"), fileName(part("validation"))));
        for (FormValue data : parts("training")) {
            artifacts.setTraining(put(store, data, fileName(data)));
        }
        for (FormValue data : parts("externalData")) {
            artifacts.addExternalData(put(store, data, fileName(data)));
        }
        return new NewModelVersion(
                description,
                artifacts.build(),
                BudgetRule.points(description.task(), maxLossPoints, options(), defaultMaxLossPoints),
                NewModelVersion.Source.REST);
    }

    private String descriptionText() throws IOException {
        FormValue part = part("description");
        if (!part.isFileItem()) {
            return part.getValue();
        }
        if (size(part) > MAX_DESCRIPTION_BYTES) {
            throw new ControlPlaneException(
                    ReasonCode.DESCRIPTION_INVALID, "the description has " + size(part) + " bytes; that is no text");
        }
        try (InputStream in = part.getFileItem().getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private Optional<Double> maxLossPoints() {
        if (parts("maxLossPoints").isEmpty()) {
            return Optional.empty();
        }
        String text = part("maxLossPoints").getValue();
        try {
            double points = Double.parseDouble(text);
            if (points >= 0 && points <= 100) {
                return Optional.of(points);
            }
        } catch (NumberFormatException e) {
            // Told below, like any other number that can't be used.
        }
        throw ControlPlaneException.invalid(
                "maxLossPoints is '" + text + "'; it is in percentage points, from 0 to 100");
    }

    private void requireDataSet(String name) throws IOException {
        requireFile(name, ReasonCode.DATASET_INVALID);
        String file = fileName(part(name)).toLowerCase(Locale.ROOT);
        boolean tokens = ModelDescription.isLanguageModel(description.task());
        if (!FileNames.isPlain(file) || !((file.endsWith(".zip") && !tokens) || file.endsWith(".npz"))) {
            throw new ControlPlaneException(
                    ReasonCode.DATASET_INVALID,
                    "the file name of '" + name + "' is '" + file + "'; "
                            + (tokens
                                    ? "the tokens of a language model are a .npz file with the array input_ids"
                                    : "a data set is a .zip or a .npz file"));
        }
    }

    private void requireFile(String name, ReasonCode code) throws IOException {
        FormValue part = part(name);
        if (!part.isFileItem()) {
            throw ControlPlaneException.invalid("the part '" + name + "' has to be a file");
        }
        if (size(part) == 0) {
            throw new ControlPlaneException(code, "the file '" + fileName(part) + "' sent as '" + name + "' is empty");
        }
    }

    private FormValue part(String name) {
        Collection<FormValue> parts = parts(name);
        if (parts.size() != 1) {
            throw ControlPlaneException.invalid(
                    "the form has " + (parts.isEmpty() ? "no part" : parts.size() + " parts")
                            + " '" + name + "'; it needs description, onnx, calibration and validation,"
                            + " and takes externalData (any number), training, maxLossPoints and options");
        }
        return parts.iterator().next();
    }

    private Collection<FormValue> parts(String name) {
        return form.getValues().getOrDefault(name, List.of());
    }

    private static String fileName(FormValue part) {
        return Optional.ofNullable(part.getFileName()).orElse("");
    }

    private static long size(FormValue part) throws IOException {
        return part.getFileItem().getFileSize();
    }

    private static NamedArtifact put(ObjectStore store, FormValue part, String name) throws IOException {
        try (InputStream in = part.getFileItem().getInputStream()) {
            StoredArtifact artifact = store.put(in);
            return NamedArtifact.newBuilder()
                    .setName(name)
                    .setArtifact(artifact.toRef())
                    .build();
        }
    }
}
