package io.quantfleet.cli.demo;

import io.quantfleet.cli.client.ApiException;
import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.cli.client.Device;
import io.quantfleet.cli.stack.Installation;
import io.quantfleet.cli.stack.Stack;
import io.quantfleet.cli.stack.Waiting;
import io.quantfleet.cli.terminal.Progress;
import io.quantfleet.protocols.ReasonCode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Makes the fleet and starts its agents, each with a token of its own. */
final class EnrolStep {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final Duration TOKEN_VALIDITY = Duration.ofHours(1);

    private final ControlPlaneClient api;
    private final DemoFleet fleet;
    private final Stack stack;
    private final Installation installation;

    EnrolStep(ControlPlaneClient api, DemoFleet fleet, Stack stack, Installation installation) {
        this.api = api;
        this.fleet = fleet;
        this.stack = stack;
        this.installation = installation;
    }

    /** The devices, all of them online. */
    List<Device> perform(Progress.Step step) {
        Waiting.until(LIMIT, () -> Optional.of(createFleet()), () -> "no answer");
        fleet.members().forEach(this::start);
        return Waiting.until(
                LIMIT,
                () -> {
                    List<Device> online = online();
                    step.say(online.size() + " of " + fleet.members().size() + " online");
                    return Optional.of(online)
                            .filter(devices -> devices.size() == fleet.members().size());
                },
                () -> "online are " + online().stream().map(Device::deviceId).toList());
    }

    private boolean createFleet() {
        try {
            api.createFleet(fleet.name(), "Three devices on this machine");
            return true;
        } catch (ApiException e) {
            if (e.is(ReasonCode.NAME_TAKEN)) {
                return false; // from an earlier demo in the same data directory
            }
            throw e;
        }
    }

    private void start(DemoFleet.Member member) {
        String token = Waiting.until(
                LIMIT,
                () -> Optional.of(api.createEnrolmentToken(fleet.name(), member.deviceClass(), 1, TOKEN_VALIDITY)),
                () -> "no answer");
        stack.supervisor().launch(DemoFleet.agent(member, token, stack, installation));
        stack.supervisor().awaitReady(member.deviceId());
    }

    private List<Device> online() {
        return fleet.membersAmong(api.devices(fleet.name())).stream()
                .filter(Device::online)
                .toList();
    }
}
