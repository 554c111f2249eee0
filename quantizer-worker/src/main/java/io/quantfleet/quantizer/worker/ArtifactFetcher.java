package io.quantfleet.quantizer.worker;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.artifact.DirectoryObjectStore;
import io.quantfleet.protocols.artifact.ObjectStore;
import io.quantfleet.protocols.artifact.StoredArtifact;
import io.quantfleet.quantizer.QuantizerException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Puts a job's artifacts where the quantizer finds them, under the names that it expects, each checked against its hash.
 * From a store on the same file system nothing is copied: hard links do.
 */
final class ArtifactFetcher {
    private final ObjectStore store;

    ArtifactFetcher(ObjectStore store) {
        this.store = store;
    }

    /**
     * Fetches all of it.
     *
     * @throws QuantizerException if an artifact is missing or isn't what its name says, or the store is away
     */
    JobFiles fetch(JobArtifacts artifacts, Workspace workspace) throws IOException {
        Path model = workspace.directory("model");
        NamedFile description = descriptionBeside(artifacts);
        for (NamedFile file : artifacts.externalData()) {
            fetch(file, model);
        }
        return new JobFiles(
                fetch(description, model),
                fetch(artifacts.onnx(), model),
                fetch(artifacts.calibration(), workspace.directory("calibration")),
                fetch(artifacts.validation(), workspace.directory("validation")),
                training(artifacts, workspace),
                workspace.directory("output"));
    }

    private Optional<Path> training(JobArtifacts artifacts, Workspace workspace) throws IOException {
        return artifacts.training().isPresent()
                ? Optional.of(fetch(artifacts.training().get(), workspace.directory("training")))
                : Optional.empty();
    }

    private static NamedFile descriptionBeside(JobArtifacts artifacts) {
        String onnx = artifacts.onnx().name();
        String stem = onnx.endsWith(".onnx") ? onnx.substring(0, onnx.length() - ".onnx".length()) : onnx;
        NamedFile description = new NamedFile(stem + ".model.yaml", artifacts.description());
        if (artifacts.externalData().stream().map(NamedFile::name).anyMatch(description.name()::equals)) {
            throw new QuantizerException(
                    ReasonCode.DESCRIPTION_INVALID,
                    "external data is named '" + description.name() + "', as the description is; rename it");
        }
        return description;
    }

    private Path fetch(NamedFile file, Path directory) throws IOException {
        Path target = directory.resolve(file.name());
        StoredArtifact wanted = file.artifact();
        requirePresent(file);
        if (!link(wanted.sha256(), target)) {
            try (InputStream in = store.open(wanted.sha256())) {
                Files.copy(in, target);
            }
        }
        if (Files.size(target) != wanted.size() || !Sha256.of(target).equals(wanted.sha256())) {
            throw new QuantizerException(
                    ReasonCode.ARTIFACT_HASH_MISMATCH,
                    "the object store's copy of '" + file.name() + "' is damaged: it is not " + wanted.size()
                            + " bytes with SHA-256 " + wanted.sha256() + "; store it again");
        }
        return target;
    }

    private void requirePresent(NamedFile file) throws IOException {
        Optional<StoredArtifact> found = store.find(file.artifact().sha256());
        if (found.isPresent()) {
            return;
        }
        if (!store.isWritable()) {
            throw new QuantizerException(ReasonCode.UNAVAILABLE, "the object store is away");
        }
        throw new QuantizerException(
                ReasonCode.ARTIFACT_MISSING,
                "the object store doesn't have '" + file.name() + "', SHA-256 "
                        + file.artifact().sha256() + "; store it before the event that names it");
    }

    private boolean link(Sha256 sha256, Path target) throws IOException {
        if (!(store instanceof DirectoryObjectStore directory)) {
            return false;
        }
        try {
            Files.createLink(target, directory.path(sha256));
            return true;
        } catch (NoSuchFileException gone) {
            throw gone;
        } catch (IOException | UnsupportedOperationException anotherFileSystem) {
            return false;
        }
    }
}
