package io.quantfleet.agent.apply;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quantfleet.agent.AgentException;
import io.quantfleet.agent.state.PropertiesFile;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.v1.ReportedState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stores the {@link Journal}, with a checksum: a card that forgets a bit must not make a device forget its history. */
final class JournalFile {
    private static final Logger LOG = LoggerFactory.getLogger(JournalFile.class);
    private static final String OUTBOX = "outbox.";
    private static final String CHECKSUM = "checksum";

    private final Path path;
    private final PropertiesFile file;

    JournalFile(Path path) {
        this.path = path;
        this.file = new PropertiesFile(path);
    }

    /** The stored journal, or the empty one. */
    Journal load() {
        try {
            Optional<Properties> stored = file.read();
            return stored.isPresent() ? parse(stored.get()) : Journal.EMPTY;
        } catch (IOException | IllegalArgumentException e) {
            throw new AgentException("the journal in " + path + " can't be read: " + e.getMessage(), e);
        }
    }

    /**
     * Replaces a journal that can't be read; it is kept beside, as {@code journal.damaged}.
     *
     * @param substitute what it will have said
     */
    void repair(Supplier<Journal> substitute) {
        try {
            load();
        } catch (AgentException damaged) {
            LOG.error("{}; it is set aside, and the device goes on from what its slots say", damaged.getMessage());
            try {
                Files.move(
                        path,
                        path.resolveSibling(path.getFileName() + ".damaged"),
                        StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException e) {
                throw new AgentException("the damaged journal in " + path + " can't be set aside: " + e, e);
            }
            store(substitute.get());
        }
    }

    void store(Journal journal) {
        Properties properties = new Properties();
        properties.setProperty("lastReport", Long.toString(journal.lastReport()));
        properties.setProperty("selfTestStarts", Integer.toString(journal.selfTestStarts()));
        journal.lastDesired().ifPresent(hash -> properties.setProperty("lastDesired", hash.hex()));
        journal.deployment().ifPresent(report -> properties.setProperty("deployment", encode(report)));
        for (int i = 0; i < journal.outbox().size(); i++) {
            properties.setProperty(OUTBOX + i, encode(journal.outbox().get(i)));
        }
        properties.setProperty(CHECKSUM, checksum(properties));
        try {
            file.write(properties);
        } catch (IOException e) {
            throw new UncheckedIOException("the journal in " + path + " can't be written", e);
        }
    }

    private static String checksum(Properties properties) {
        CRC32 checksum = new CRC32();
        new TreeMap<>(properties).forEach((key, value) -> {
            if (!key.equals(CHECKSUM)) {
                checksum.update((key + "=" + value + "\n").getBytes(StandardCharsets.UTF_8));
            }
        });
        return Long.toHexString(checksum.getValue());
    }

    private static Journal parse(Properties properties) throws InvalidProtocolBufferException {
        // Earlier agents wrote none.
        if (!properties.getProperty(CHECKSUM, checksum(properties)).equals(checksum(properties))
                || !properties.containsKey("lastReport")) {
            throw new IllegalArgumentException("it is damaged");
        }
        List<ReportedState> outbox = new ArrayList<>();
        for (int i = 0; properties.containsKey(OUTBOX + i); i++) {
            outbox.add(decode(properties.getProperty(OUTBOX + i)));
        }
        String deployment = properties.getProperty("deployment", "");
        return new Journal(
                Long.parseLong(properties.getProperty("lastReport", "0")),
                Optional.ofNullable(properties.getProperty("lastDesired")).map(Sha256::new),
                deployment.isEmpty() ? Optional.empty() : Optional.of(decode(deployment)),
                Integer.parseInt(properties.getProperty("selfTestStarts", "0")),
                outbox);
    }

    private static String encode(ReportedState report) {
        return Base64.getEncoder().encodeToString(report.toByteArray());
    }

    private static ReportedState decode(String text) throws InvalidProtocolBufferException {
        return ReportedState.parseFrom(Base64.getDecoder().decode(text));
    }
}
