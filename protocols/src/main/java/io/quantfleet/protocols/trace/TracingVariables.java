package io.quantfleet.protocols.trace;

import java.util.List;
import java.util.Map;

/** OpenTelemetry's environment variables, as all programs of an installation read them. */
public final class TracingVariables {
    /** Where traces are sent, with other signals and alone. */
    private static final List<String> ENDPOINTS =
            List.of("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");

    private static final String DISABLED = "OTEL_SDK_DISABLED";

    private TracingVariables() {}

    /** Whether traces are wanted: there is somewhere to send them, and nobody has switched them off. */
    public static boolean wantTraces(Map<String, String> environment) {
        return ENDPOINTS.stream().anyMatch(name -> isSet(environment, name))
                && !"true".equalsIgnoreCase(environment.get(DISABLED));
    }

    /** Whether a variable says something. */
    public static boolean isSet(Map<String, String> environment, String name) {
        return !environment.getOrDefault(name, "").isBlank();
    }
}
