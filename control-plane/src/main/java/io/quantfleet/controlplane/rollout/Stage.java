package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.Names;
import io.quantfleet.controlplane.device.DeviceFields;
import io.quantfleet.controlplane.device.DeviceView;
import io.quantfleet.controlplane.filter.Filter;
import io.quantfleet.controlplane.filter.FilterException;
import io.quantfleet.controlplane.gate.Gates;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One step of a rollout: which devices it takes in beside those of the stages before, and what must hold for the next
 * one to open. Exactly one of {@code percent}, {@code devices}, {@code labels} and {@code query} says which.
 *
 * @param name what people call it, as {@code canary}
 * @param percent up to this part of the fleet, of each device class, counting the stages before; above 0 and up to 100
 * @param devices so many more devices, of the classes in turn
 * @param labels every device that has all of these labels
 * @param query every device that it selects when the stage opens, in the language of fleets
 * @param soak how long to watch after its devices are done, before it is judged
 * @param concurrency how many of its devices may be at it at the same time
 * @param deviceDeadline how long a device may take until it counts as failed; it won't install after that
 * @param approval whether somebody must approve before it opens
 * @param twoPersons whether that must be somebody else than who created or started the rollout
 * @param gates what its devices must show
 */
record Stage(
        String name,
        Optional<Double> percent,
        Optional<Integer> devices,
        Optional<Map<String, String>> labels,
        Optional<String> query,
        Optional<Duration> soak,
        Optional<Integer> concurrency,
        Optional<Duration> deviceDeadline,
        Optional<Boolean> approval,
        Optional<Boolean> twoPersons,
        Optional<Gates> gates) {

    Stage {
        Names.require("stage", name);
        labels = labels.map(Map::copyOf);
        if (Stream.of(percent, devices, labels, query)
                        .filter(Optional::isPresent)
                        .count()
                != 1) {
            throw invalid(
                    name, "says which devices it takes by exactly one of 'percent', 'devices', 'labels' and 'query'");
        }
        query.ifPresent(text -> requireReadable(name, text));
        percent.filter(share -> !(share > 0 && share <= 100)).ifPresent(share -> {
            throw invalid(name, "takes a percentage above 0 and up to 100, not " + share);
        });
        devices.filter(count -> count < 1).ifPresent(count -> {
            throw invalid(name, "takes at least one device, not " + count);
        });
        concurrency.filter(count -> count < 1).ifPresent(count -> {
            throw invalid(name, "lets at least one device at it at a time, not " + count);
        });
        soak.filter(Duration::isNegative).ifPresent(time -> {
            throw invalid(name, "soaks for no negative time, not " + time);
        });
        deviceDeadline.filter(time -> time.toSeconds() < 1).ifPresent(time -> {
            throw invalid(name, "leaves a device at least a second, not " + time);
        });
    }

    /** The whole fleet, without any condition. */
    static Stage everything() {
        return new Stage(
                "all",
                Optional.of(100.0),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** Whether no device of the fleet is left when it has opened. */
    boolean takesTheRest() {
        return percent.filter(share -> share == 100).isPresent();
    }

    boolean needsApproval() {
        return approval.orElse(false) || needsTwoPersons();
    }

    boolean needsTwoPersons() {
        return twoPersons.orElse(false);
    }

    /** What it selects by what devices are; empty for a part or a number of them. */
    Optional<Filter<DeviceView>> selection(Instant now) {
        return labels.map(DeviceFields::withLabels).or(() -> query.map(text -> DeviceFields.read(text, now)));
    }

    private static void requireReadable(String stage, String query) {
        if (query.isBlank()) {
            throw invalid(stage, "has an empty 'query'; for the whole fleet say 'percent': 100");
        }
        try {
            DeviceFields.read(query, Instant.EPOCH);
        } catch (FilterException e) {
            throw new ControlPlaneException(
                    e.code(), "the query of the stage '" + stage + "' can't be understood: " + e.detail(), e);
        }
    }

    private static ControlPlaneException invalid(String stage, String what) {
        return ControlPlaneException.invalid("the stage '" + stage + "' " + what);
    }
}
