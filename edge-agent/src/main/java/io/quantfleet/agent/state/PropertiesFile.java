package io.quantfleet.agent.state;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;

/** A small text file of keys and values, replaced as a whole; see {@link DurableFiles}. */
public final class PropertiesFile {
    private final Path file;

    public PropertiesFile(Path file) {
        this.file = file;
    }

    /** The content; empty if the file isn't there. */
    public Optional<Properties> read() throws IOException {
        Optional<byte[]> content = DurableFiles.read(file);
        if (content.isEmpty()) {
            return Optional.empty();
        }
        Properties properties = new Properties();
        try (InputStreamReader reader =
                new InputStreamReader(new ByteArrayInputStream(content.get()), StandardCharsets.UTF_8)) {
            properties.load(reader);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " is damaged: " + e.getMessage(), e);
        }
        return Optional.of(properties);
    }

    /** Replaces the content. */
    public void write(Properties properties) throws IOException {
        StringWriter text = new StringWriter();
        properties.store(text, null);
        DurableFiles.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
    }
}
