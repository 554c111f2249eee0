package io.quantfleet.agent.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.quantfleet.agent.serve.ServingObserver;
import java.time.Duration;

/** The agent's meters, by name, and how serving feeds them. */
public final class AgentMeters implements ServingObserver {
    static final String INFERENCE = "quantfleet.inference";
    static final String RIGHT = "quantfleet.probe.right";
    static final String WRONG = "quantfleet.probe.wrong";
    static final String ERRORS = "quantfleet.inference.errors";
    static final String RESIDENT_MEMORY = "quantfleet.process.resident";
    static final String TEMPERATURE = "quantfleet.cpu.temperature";

    private final MqttMeterRegistry registry;
    private final Timer inference;
    private final Counter right;
    private final Counter wrong;
    private final Counter errors;

    public AgentMeters(MqttMeterRegistry registry, DeviceVitals vitals) {
        this.registry = registry;
        this.inference =
                Timer.builder(INFERENCE).description("latency of one inference").register(registry);
        this.right = Counter.builder(RIGHT).register(registry);
        this.wrong = Counter.builder(WRONG).register(registry);
        this.errors = Counter.builder(ERRORS).register(registry);
        Gauge.builder(RESIDENT_MEMORY, vitals, DeviceVitals::residentBytes)
                .baseUnit("bytes")
                .strongReference(true)
                .register(registry);
        Gauge.builder(TEMPERATURE, vitals, DeviceVitals::temperatureCelsius)
                .baseUnit("celsius")
                .strongReference(true)
                .register(registry);
    }

    @Override
    public void answered(Duration latency, boolean wasRight) {
        registry.recordTogether(() -> {
            inference.record(latency);
            (wasRight ? right : wrong).increment();
        });
    }

    @Override
    public void failed() {
        errors.increment();
    }
}
