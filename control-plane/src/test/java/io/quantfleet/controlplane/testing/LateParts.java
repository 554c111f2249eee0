package io.quantfleet.controlplane.testing;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/** Parts that the test itself starts and stops: nothing is there when the control plane starts. */
public final class LateParts implements QuarkusTestResourceLifecycleManager {
    private Parts parts;

    @Override
    public Map<String, String> start() {
        try {
            parts = new Parts();
            return parts.configuration();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(parts, new TestInjector.MatchesType(Parts.class));
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
