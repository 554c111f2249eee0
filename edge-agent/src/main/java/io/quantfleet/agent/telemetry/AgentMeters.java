package io.quantfleet.agent.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.quantfleet.agent.inference.RequestObserver;
import io.quantfleet.agent.serve.ErrorKind;
import io.quantfleet.agent.serve.Model;
import io.quantfleet.agent.serve.Predictor;
import io.quantfleet.agent.serve.ServingObserver;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

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
    static final String AVAILABLE_MEMORY = "quantfleet.memory.available";
    static final String TEMPERATURE = "quantfleet.cpu.temperature";
    static final String CPU = "quantfleet.cpu.used";
    static final String PROCESS_CPU = "quantfleet.process.cpu.used";
    static final String BATTERY = "quantfleet.battery.charge";
    static final String BATTERY_CHARGING = "quantfleet.battery.charging";

    /** The tag of {@link #ERRORS}. */
    static final String KIND = "kind";

    private final MqttMeterRegistry registry;
    private final Timer inference;
    private final Counter right;
    private final Counter wrong;
    private final Map<ErrorKind, Counter> errors = new EnumMap<>(ErrorKind.class);
    private final Counter requests;
    private final Counter feedbackRight;
    private final Counter feedbackWrong;

    public AgentMeters(MqttMeterRegistry registry, DeviceVitals vitals) {
        this.registry = registry;
        this.inference =
                Timer.builder(INFERENCE).description("latency of one inference").register(registry);
        this.right = Counter.builder(RIGHT).register(registry);
        this.wrong = Counter.builder(WRONG).register(registry);
        for (ErrorKind kind : ErrorKind.values()) {
            errors.put(kind, Counter.builder(ERRORS).tag(KIND, kind.name()).register(registry));
        }
        this.requests = Counter.builder(REQUESTS).register(registry);
        this.feedbackRight = Counter.builder(FEEDBACK_RIGHT).register(registry);
        this.feedbackWrong = Counter.builder(FEEDBACK_WRONG).register(registry);
        gauge(RESIDENT_MEMORY, "bytes", DeviceVitals::residentBytes, vitals);
        gauge(AVAILABLE_MEMORY, "bytes", DeviceVitals::availableBytes, vitals);
        gauge(TEMPERATURE, "celsius", DeviceVitals::temperatureCelsius, vitals);
        gauge(CPU, "ratio", DeviceVitals::cpuUsed, vitals);
        gauge(PROCESS_CPU, "ratio", DeviceVitals::processCpuUsed, vitals);
        gauge(BATTERY, "ratio", DeviceVitals::batteryCharge, vitals);
        gauge(BATTERY_CHARGING, "", DeviceVitals::batteryCharging, vitals);
    }

    @Override
    public void answered(Model.Answer answer, boolean wasRight) {
        registry.recordTogether(() -> {
            inference.record(Duration.ofNanos(answer.nanos()));
            registry.predictions().add(answer.label(), answer.confidence());
            (wasRight ? right : wrong).increment();
        });
    }

    @Override
    public void answered(Predictor.Prediction prediction) {
        registry.recordTogether(() -> {
            inference.record(prediction.latency());
            prediction.choices().forEach(choice -> registry.predictions().add(choice.label(), choice.confidence()));
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
    public void failed(ErrorKind kind) {
        Objects.requireNonNull(errors.get(kind), "every kind has one").increment();
    }

    private void gauge(String name, String unit, ToDoubleFunction<DeviceVitals> value, DeviceVitals vitals) {
        Gauge.builder(name, vitals, value).baseUnit(unit).strongReference(true).register(registry);
    }
}
