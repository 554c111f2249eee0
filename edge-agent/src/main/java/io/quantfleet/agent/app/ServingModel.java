package io.quantfleet.agent.app;

import io.quantfleet.agent.apply.ActiveModel;
import io.quantfleet.agent.inference.ServedModel;
import io.quantfleet.agent.serve.Idleness;
import io.quantfleet.agent.serve.Model;
import io.quantfleet.agent.serve.ServingLoop;
import io.quantfleet.agent.telemetry.MqttMeterRegistry;
import io.quantfleet.agent.telemetry.ServingLabels;
import io.quantfleet.protocols.v1.Manifest;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/** The model in the serving loop, with its figures kept apart from those of the one before. */
final class ServingModel implements ActiveModel, ServedModel {
    private final ServingLoop loop;
    private final MqttMeterRegistry registry;
    private final Idleness clients;
    private volatile Optional<Manifest> manifest = Optional.empty();

    ServingModel(ServingLoop loop, MqttMeterRegistry registry, Idleness clients) {
        this.loop = loop;
        this.registry = registry;
        this.clients = clients;
    }

    @Override
    public Optional<Manifest> manifest() {
        return manifest;
    }

    @Override
    public boolean isIdleFor(Duration quiet) {
        return clients.isIdleFor(quiet);
    }

    @Override
    public void serve(Model model, Manifest of) {
        loop.serve(model, () -> {
            registry.serving(ServingLabels.of(of, model.choosesTokens()));
            manifest = Optional.of(of);
        });
    }

    @Override
    public <T> Optional<T> use(Function<Serving, T> user) {
        return loop.use(model -> user.apply(serving(model, manifest.orElseThrow())));
    }

    private static Serving serving(Model model, Manifest of) {
        return new Serving(
                of.getModelName(), Integer.toString(of.getModelVersion()), of.getDeploymentId(), model.predictor());
    }
}
