package io.quantfleet.quantizer.worker;

import io.quantfleet.protocols.artifact.StoredArtifact;
import io.quantfleet.protocols.v1.ModelArtifacts;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a job reads.
 *
 * @param description the model's description
 * @param onnx the model
 * @param externalData files that the model refers to by name
 * @param calibration samples to calibrate with; the name tells the format
 * @param validation samples to judge by; the name tells the format
 * @param training samples to train with; the name tells the format
 */
record JobArtifacts(
        StoredArtifact description,
        NamedFile onnx,
        List<NamedFile> externalData,
        NamedFile calibration,
        NamedFile validation,
        Optional<NamedFile> training) {
    JobArtifacts {
        externalData = List.copyOf(externalData);
        Set<String> names = new HashSet<>();
        Stream.concat(Stream.of(onnx), externalData.stream())
                .map(NamedFile::name)
                .forEach(name -> {
                    if (!names.add(name)) {
                        throw new IllegalArgumentException("two files of the model are named '" + name + "'");
                    }
                });
    }

    static JobArtifacts of(ModelArtifacts wire) {
        return new JobArtifacts(
                StoredArtifact.of(wire.getDescription()),
                NamedFile.of(wire.getOnnx()),
                wire.getExternalDataList().stream().map(NamedFile::of).toList(),
                NamedFile.of(wire.getCalibration()),
                NamedFile.of(wire.getValidation()),
                wire.hasTraining() ? Optional.of(NamedFile.of(wire.getTraining())) : Optional.empty());
    }
}
