package io.quantfleet.cli.demo;

import io.quantfleet.cli.CliException;
import io.quantfleet.cli.client.ApiException;
import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.cli.client.Rollout;
import io.quantfleet.cli.client.Rollout.Target;
import io.quantfleet.cli.stack.Waiting;
import io.quantfleet.cli.terminal.Progress;
import io.quantfleet.protocols.ReasonCode;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Starts a rollout, or finds the one that was started, and waits until every device serves its variant. */
final class RolloutStep {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final String ACTIVE = "ACTIVE";
    private static final Set<String> FAILED = Set.of("REFUSED", "REVERTED", "LOST", "EXPIRED", "SUPERSEDED");

    private final ControlPlaneClient api;
    private final DemoFleet fleet;

    RolloutStep(ControlPlaneClient api, DemoFleet fleet) {
        this.api = api;
        this.fleet = fleet;
    }

    /** The rollout, whose devices are all ACTIVE. */
    Rollout perform(Progress.Step step, String model, int version) {
        Rollout started = Waiting.until(LIMIT, () -> start(model, version), () -> "another rollout is in progress");
        return Waiting.until(
                LIMIT,
                () -> {
                    Rollout rollout = api.rollout(started.id());
                    step.say(line(rollout));
                    return Optional.of(rollout).filter(RolloutStep::isDone);
                },
                () -> line(api.rollout(started.id())));
    }

    private Optional<Rollout> start(String model, int version) {
        Optional<Rollout> open = api.rollouts().stream()
                .filter(rollout -> rollout.isOpen()
                        && rollout.fleet().equals(fleet.name())
                        && rollout.model().equals(model)
                        && rollout.version() == version)
                .findFirst();
        if (open.isPresent()) {
            return open; // the answer to an earlier request was lost
        }
        try {
            return Optional.of(api.createRollout(fleet.name(), model, version));
        } catch (ApiException e) {
            if (e.is(ReasonCode.ROLLOUT_IN_PROGRESS)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static boolean isDone(Rollout rollout) {
        rollout.devices().stream()
                .filter(target -> FAILED.contains(target.state()))
                .findFirst()
                .ifPresent(RolloutStep::fail);
        return !rollout.devices().isEmpty()
                && rollout.devices().stream().allMatch(target -> target.state().equals(ACTIVE));
    }

    private static void fail(Target target) {
        throw new CliException("the device " + target.deviceId() + " is " + target.state()
                + Optional.ofNullable(target.reasonCode())
                        .map(code -> " (" + code + ")")
                        .orElse("")
                + Optional.ofNullable(target.reason())
                        .map(reason -> ": " + reason)
                        .orElse(""));
    }

    private static String line(Rollout rollout) {
        return rollout.devices().stream()
                .map(target -> target.deviceId() + " "
                        + target.state().toLowerCase(Locale.ROOT).replace('_', ' '))
                .collect(Collectors.joining(", "));
    }
}
