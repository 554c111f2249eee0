package io.quantfleet.agent.enrol;

import io.quantfleet.agent.AgentException;
import io.quantfleet.agent.state.PropertiesFile;
import io.quantfleet.protocols.DeviceId;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/** Keeps the {@link Identity} in a file that only its owner can read. */
public final class IdentityFile {
    private static final String TRUSTED_KEY = "trustedKey.";
    private static final String ROOT_KEY = "rootKey.";

    private final Path path;
    private final PropertiesFile file;

    public IdentityFile(Path path) {
        this.path = path;
        this.file = new PropertiesFile(path);
    }

    /**
     * The stored identity; empty before enrolment.
     *
     * @throws AgentException if the file can't be read or is damaged
     */
    public Optional<Identity> load() {
        try {
            return file.read().map(IdentityFile::fromProperties);
        } catch (IOException | IllegalArgumentException e) {
            throw new AgentException(
                    "the device's identity in " + path + " can't be read (" + e.getMessage()
                            + "); delete the state directory and enrol the device again",
                    e);
        }
    }

    /** Stores the identity. */
    public void store(Identity identity) {
        Properties properties = new Properties();
        properties.setProperty("deviceId", identity.deviceId().value());
        properties.setProperty("deviceClass", identity.deviceClass());
        properties.setProperty("fleet", identity.fleet());
        properties.setProperty("credential", identity.credential());
        properties.setProperty("mqttUri", identity.mqttUri().toString());
        properties.setProperty("trustVersion", Long.toString(identity.trust().version()));
        storeList(properties, TRUSTED_KEY, identity.trust().signing());
        storeList(properties, ROOT_KEY, identity.trust().roots());
        try {
            file.write(properties);
        } catch (IOException e) {
            throw new AgentException("the device's identity can't be stored in " + path + ": " + e.getMessage(), e);
        }
    }

    private static Identity fromProperties(Properties properties) {
        return new Identity(
                new DeviceId(properties.getProperty("deviceId", "")),
                properties.getProperty("deviceClass", ""),
                properties.getProperty("fleet", ""),
                properties.getProperty("credential", ""),
                URI.create(properties.getProperty("mqttUri", "")),
                new PinnedKeys(
                        Long.parseLong(properties.getProperty("trustVersion", "0")),
                        loadList(properties, TRUSTED_KEY),
                        loadList(properties, ROOT_KEY)));
    }

    private static void storeList(Properties properties, String name, List<String> values) {
        for (int i = 0; i < values.size(); i++) {
            properties.setProperty(name + i, values.get(i));
        }
    }

    private static List<String> loadList(Properties properties, String name) {
        List<String> values = new ArrayList<>();
        for (int i = 0; properties.containsKey(name + i); i++) {
            values.add(properties.getProperty(name + i));
        }
        return values;
    }
}
