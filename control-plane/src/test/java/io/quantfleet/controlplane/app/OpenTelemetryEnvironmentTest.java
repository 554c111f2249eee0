package io.quantfleet.controlplane.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class OpenTelemetryEnvironmentTest {
    private static final String ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT";

    @Test
    void tracingStaysOffWithoutAnEndpoint() {
        assertThat(new OpenTelemetryEnvironment(Map.of("OTEL_SERVICE_NAME", "mine", ENDPOINT, " ")).getProperties())
                .isEmpty();
    }

    @Test
    void anEndpointSwitchesItOnAndTheOtherVariablesCount() {
        assertThat(new OpenTelemetryEnvironment(Map.of(
                                ENDPOINT,
                                "http://collector:4318",
                                "OTEL_TRACES_SAMPLER",
                                "parentbased_traceidratio",
                                "OTEL_TRACES_SAMPLER_ARG",
                                "0.1"))
                        .getProperties())
                .containsOnly(
                        Map.entry("quarkus.otel.sdk.disabled", "false"),
                        Map.entry("quarkus.otel.exporter.otlp.endpoint", "http://collector:4318"),
                        Map.entry("quarkus.otel.traces.sampler", "parentbased_traceidratio"),
                        Map.entry("quarkus.otel.traces.sampler.arg", "0.1"));
    }

    @Test
    void itCanBeSwitchedOffWhereAnEndpointIsSetForAll() {
        assertThat(new OpenTelemetryEnvironment(Map.of(ENDPOINT, "http://collector:4318", "OTEL_SDK_DISABLED", "true"))
                        .getProperties())
                .isEmpty();
    }
}
