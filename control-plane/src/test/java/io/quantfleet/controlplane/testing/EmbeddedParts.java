package io.quantfleet.controlplane.testing;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/** Starts the parts once for all integration tests, on free ports, with their data in a directory that is removed. */
public final class EmbeddedParts implements QuarkusTestResourceLifecycleManager {
    private Parts parts;

    @Override
    public Map<String, String> start() {
        try {
            parts = new Parts();
            parts.startPostgres();
            parts.startKafka();
            parts.startMqtt();
            return parts.configuration();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void stop() {
        try {
            parts.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
