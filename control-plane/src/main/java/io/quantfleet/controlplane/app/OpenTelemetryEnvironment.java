package io.quantfleet.controlplane.app;

import io.quantfleet.protocols.trace.TracingVariables;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jspecify.annotations.Nullable;

/**
 * OpenTelemetry's own environment variables, which Quarkus leaves alone: with them one set of variables serves all
 * programs of an installation. Without an endpoint tracing stays off altogether.
 */
public final class OpenTelemetryEnvironment implements ConfigSource {
    /** Above application.properties, below Quarkus' own environment variables. */
    private static final int ORDINAL = 275;

    private static final String SDK_DISABLED = "quarkus.otel.sdk.disabled";

    private static final Map<String, String> VARIABLES = Map.of(
            "quarkus.otel.exporter.otlp.endpoint", "OTEL_EXPORTER_OTLP_ENDPOINT",
            "quarkus.otel.exporter.otlp.traces.endpoint", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
            "quarkus.otel.exporter.otlp.protocol", "OTEL_EXPORTER_OTLP_PROTOCOL",
            "quarkus.otel.exporter.otlp.headers", "OTEL_EXPORTER_OTLP_HEADERS",
            "quarkus.otel.traces.sampler", "OTEL_TRACES_SAMPLER",
            "quarkus.otel.traces.sampler.arg", "OTEL_TRACES_SAMPLER_ARG",
            "quarkus.otel.service.name", "OTEL_SERVICE_NAME",
            "quarkus.otel.resource.attributes", "OTEL_RESOURCE_ATTRIBUTES");

    private final Map<String, String> properties;

    /** Reads the environment; Quarkus makes it. */
    public OpenTelemetryEnvironment() {
        this(System.getenv());
    }

    OpenTelemetryEnvironment(Map<String, String> environment) {
        this.properties = properties(environment);
    }

    private static Map<String, String> properties(Map<String, String> environment) {
        if (!TracingVariables.wantTraces(environment)) {
            return Map.of();
        }
        Map<String, String> properties = new HashMap<>();
        VARIABLES.forEach((property, variable) -> {
            if (TracingVariables.isSet(environment, variable)) {
                properties.put(property, environment.getOrDefault(variable, ""));
            }
        });
        properties.put(SDK_DISABLED, "false");
        return properties;
    }

    @Override
    public Map<String, String> getProperties() {
        return properties;
    }

    @Override
    public Set<String> getPropertyNames() {
        return properties.keySet();
    }

    @Override
    public @Nullable String getValue(String name) {
        return properties.get(name);
    }

    @Override
    public String getName() {
        return "OpenTelemetry's environment variables";
    }

    @Override
    public int getOrdinal() {
        return ORDINAL;
    }
}
