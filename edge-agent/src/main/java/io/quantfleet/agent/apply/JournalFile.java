package io.quantfleet.agent.apply;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quantfleet.agent.AgentException;
import io.quantfleet.agent.state.PropertiesFile;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.v1.ReportedState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/** Stores the {@link Journal}. */
final class JournalFile {
    private static final String OUTBOX = "outbox.";

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

    void store(Journal journal) {
        Properties properties = new Properties();
        properties.setProperty("lastReport", Long.toString(journal.lastReport()));
        properties.setProperty("selfTestStarts", Integer.toString(journal.selfTestStarts()));
        journal.lastDesired().ifPresent(hash -> properties.setProperty("lastDesired", hash.hex()));
        journal.deployment().ifPresent(report -> properties.setProperty("deployment", encode(report)));
        for (int i = 0; i < journal.outbox().size(); i++) {
            properties.setProperty(OUTBOX + i, encode(journal.outbox().get(i)));
        }
        try {
            file.write(properties);
        } catch (IOException e) {
            throw new UncheckedIOException("the journal in " + path + " can't be written", e);
        }
    }

    private static Journal parse(Properties properties) throws InvalidProtocolBufferException {
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
