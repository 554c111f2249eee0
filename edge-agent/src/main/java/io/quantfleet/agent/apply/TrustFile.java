package io.quantfleet.agent.apply;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quantfleet.agent.AgentException;
import io.quantfleet.agent.state.DurableFiles;
import io.quantfleet.protocols.trust.Trust;
import io.quantfleet.protocols.trust.TrustStore;
import io.quantfleet.protocols.v1.SignedTrustStatement;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the newest trust statement; before the first one, what was pinned at enrolment counts. For the apply thread. */
final class TrustFile implements TrustStore {
    private static final Logger LOG = LoggerFactory.getLogger(TrustFile.class);

    private final Path file;
    private Trust current;

    /**
     * @throws AgentException if the file is damaged: to go back to the pinned keys could mean to trust revoked ones again
     */
    TrustFile(Path file, Trust pinned) throws IOException {
        this.file = file;
        Optional<byte[]> stored = DurableFiles.read(file);
        this.current = stored.isPresent() ? read(stored.get()) : pinned;
    }

    @Override
    public Trust current() {
        return current;
    }

    @Override
    public void adopt(Trust newer) {
        try {
            DurableFiles.write(file, newer.statement().orElseThrow().toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException("the trust statement can't be stored", e);
        }
        LOG.info(
                "trust statement adopted version={} signingKeys={} revokedKeys={}",
                newer.version(),
                newer.signingKeyIds(),
                newer.revokedKeyIds());
        current = newer;
    }

    private Trust read(byte[] stored) {
        try {
            return Trust.adopted(SignedTrustStatement.parseFrom(stored));
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            throw new AgentException(
                    "the trust statement in " + file + " can't be read (" + e.getMessage()
                            + "); delete the state directory and enrol the device again",
                    e);
        }
    }
}
