package io.quantfleet.agent.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.quantfleet.agent.inference.RequestObserver;
import io.quantfleet.agent.serve.ServingObserver;
import java.time.Duration;

/** The agent's meters, by name, and how serving and requests feed them. */
public final class AgentMeters implements ServingObserver, RequestObserver {
    static final String INFERENCE = "quantfleet.inference";
    static final String RIGHT = "quantfleet.probe.right";
    static final String WRONG = "quantfleet.probe.wrong";
    static final String ERRORS = "quantfleet.inference.errors";
    static final String REQUESTS = "quantfleet.requests";
    static final String FEEDBACK_RIGHT = "quantfleet.feedback.right";
    static final String FEEDBACK_WRONG = "quantfleet.feedback.wrong";
    static final String RESIDENT_MEMORY = "quantfleet.process.resident";
    static final String TEMPERATURE = "quantfleet.cpu.temperature";

    private final MqttMeterRegistry registry;
    private final Timer inference;
    private final Counter right;
    private final Counter wrong;
    private final Counter errors;
    private final Counter requests;
    private final Counter feedbackRight;
    private final Counter feedbackWrong;

    public AgentMeters(MqttMeterRegistry registry, DeviceVitals vitals) {
        this.registry = registry;
        this.inference =
                Timer.builder(INFERENCE).description("latency of one inference").register(registry);
        this.right = Counter.builder(RIGHT).register(registry);
        this.wrong = Counter.builder(WRONG).register(registry);
        this.errors = Counter.builder(ERRORS).register(registry);
        this.requests = Counter.builder(REQUESTS).register(registry);
        this.feedbackRight = Counter.builder(FEEDBACK_RIGHT).register(registry);
        this.feedbackWrong = Counter.builder(FEEDBACK_WRONG).register(registry);
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
    public void answered(Duration latency) {
        registry.recordTogether(() -> {
            inference.record(latency);
            requests.increment();
        });
    }

    @Override
    public void judged(int rightOnes, int wrongOnes) {
        registry.recordTogether(() -> {
            feedbackRight.increment(rightOnes);
            feedbackWrong.increment(wrongOnes);
        });
    }

    @Override
    public void failed() {
        errors.increment();
    }
}
