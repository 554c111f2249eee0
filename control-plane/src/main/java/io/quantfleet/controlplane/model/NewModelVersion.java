package io.quantfleet.controlplane.model;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.v1.ModelArtifacts;
import io.quantfleet.protocols.v1.NamedArtifact;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A model version about to be registered; its artifacts are in the object store.
 *
 * @param maxLossPoints percentage points of accuracy that a variant may lose; empty for a language model, whose budget is
 *     another one
 */
record NewModelVersion(
        ModelDescription description, ModelArtifacts artifacts, Optional<Double> maxLossPoints, Source source) {
    NewModelVersion {
        if (maxLossPoints.filter(points -> !(points >= 0 && points <= 100)).isPresent()) {
            throw ControlPlaneException.invalid(
                    "maxLossPoints is " + maxLossPoints.orElseThrow() + "; it is in percentage points, from 0 to 100");
        }
    }

    /** Where it came from. Stored codes: never renamed. */
    enum Source {
        REST,
        EVENT
    }

    /** Equal for versions that would give the same variants: over every artifact's name and hash, and the budget. */
    String contentSha256() {
        Stream<String> data = Stream.concat(
                artifacts.getExternalDataList().stream()
                        .map(NewModelVersion::line)
                        .sorted(),
                Stream.of(artifacts)
                        .filter(ModelArtifacts::hasTraining)
                        .map(all ->
                                "training " + all.getTraining().getArtifact().getSha256()));
        String content = Stream.concat(
                        Stream.of(
                                artifacts.getDescription().getSha256(),
                                artifacts.getOnnx().getArtifact().getSha256(),
                                artifacts.getCalibration().getArtifact().getSha256(),
                                artifacts.getValidation().getArtifact().getSha256(),
                                maxLossPoints.map(String::valueOf).orElse("")),
                        data)
                .collect(Collectors.joining("\n"));
        return Sha256.of(content.getBytes(StandardCharsets.UTF_8)).hex();
    }

    /** Bytes of the graph and its external data: the FP32 size that variants are compared with. */
    long onnxBytes() {
        return artifacts.getOnnx().getArtifact().getSize()
                + artifacts.getExternalDataList().stream()
                        .mapToLong(data -> data.getArtifact().getSize())
                        .sum();
    }

    private static String line(NamedArtifact data) {
        return data.getName() + " " + data.getArtifact().getSha256();
    }
}
