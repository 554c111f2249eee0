package io.quantfleet.agent.apply;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quantfleet.agent.state.DurableFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the assignment under way, so that work goes on after a restart without the broker. */
final class AssignmentFile {
    private static final Logger LOG = LoggerFactory.getLogger(AssignmentFile.class);

    private final Path file;

    AssignmentFile(Path file) {
        this.file = file;
    }

    void store(Assignment assignment) throws IOException {
        DurableFiles.write(file, assignment.signed().toByteArray());
    }

    /** The assignment of this deployment; empty if another one's or none is stored. */
    Optional<Assignment> load(String deploymentId) throws IOException {
        return load().filter(
                        assignment -> assignment.manifest().getDeploymentId().equals(deploymentId));
    }

    /** The assignment that was stored last; empty if there is none, or it is damaged. */
    Optional<Assignment> load() throws IOException {
        Optional<byte[]> stored = DurableFiles.read(file);
        if (stored.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Assignment.of(stored.get()));
        } catch (InvalidProtocolBufferException e) {
            LOG.warn("the stored manifest is damaged file={}: {}", file, e.getMessage());
            return Optional.empty();
        }
    }
}
