package io.quantfleet.cli.demo;

import io.quantfleet.cli.CliException;
import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.cli.client.ModelVersion;
import io.quantfleet.cli.client.ModelVersion.Variant;
import io.quantfleet.cli.stack.Waiting;
import io.quantfleet.cli.terminal.Progress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Waits until there is a variant for each class of the fleet, and each is good enough. */
final class QuantizeStep {
    private static final Duration LIMIT = Duration.ofMinutes(30);
    private static final String READY = "READY";
    private static final String RUNNING = "RUNNING";

    private final ControlPlaneClient api;
    private final DemoFleet fleet;

    QuantizeStep(ControlPlaneClient api, DemoFleet fleet) {
        this.api = api;
        this.fleet = fleet;
    }

    /** The version, with a variant that is READY for each class. */
    ModelVersion perform(Progress.Step step, String model, int version) {
        return Waiting.until(
                LIMIT,
                () -> {
                    ModelVersion current = api.modelVersion(model, version);
                    step.say(line(current));
                    return Optional.of(current).filter(this::isReady);
                },
                () -> line(api.modelVersion(model, version)));
    }

    /** How far each variant is. */
    String line(ModelVersion version) {
        return fleet.variantsAmong(version).stream()
                .map(variant -> variant.deviceClass() + " " + progress(variant))
                .collect(Collectors.joining(", "));
    }

    private boolean isReady(ModelVersion version) {
        List<Variant> variants = fleet.variantsAmong(version);
        variants.stream()
                .filter(variant -> variant.isFinal() && !variant.state().equals(READY))
                .findFirst()
                .ifPresent(QuantizeStep::fail);
        return variants.size() == fleet.members().size() && variants.stream().allMatch(Variant::isFinal);
    }

    private static void fail(Variant variant) {
        throw new CliException("the variant for " + variant.deviceClass() + " is " + variant.state() + ": "
                + String.join("; ", variant.reasons()));
    }

    private static String progress(Variant variant) {
        return variant.state().equals(RUNNING)
                ? Math.round(variant.progress() * 100) + " %"
                : variant.state().toLowerCase(Locale.ROOT);
    }
}
