package io.quantfleet.agent.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version this agent was built as. */
final class BuildVersion implements IVersionProvider {
    static String current() {
        Properties properties = new Properties();
        try (InputStream in = BuildVersion.class.getResourceAsStream("agent.properties")) {
            if (in == null) {
                throw new IllegalStateException("agent.properties is not on the class path");
            }
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException("agent.properties can't be read", e);
        }
        return properties.getProperty("version", "");
    }

    @Override
    public String[] getVersion() {
        return new String[] {"quantfleet agent " + current()};
    }
}
