package io.quantfleet.controlplane.bulk;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.Names;
import io.quantfleet.controlplane.Refuses;
import io.quantfleet.controlplane.audit.Actor;
import io.quantfleet.controlplane.device.Labels;
import io.quantfleet.controlplane.fleet.JdbiFleets;
import io.quantfleet.controlplane.security.Decommissioning;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.ReasonCode;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** What is done to many devices at once, over REST: to all of them, or, where one can't be changed, to none. */
@Path("/api/v1/device-actions")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Devices")
public class DeviceActionResource {
    private static final String SELECTING =
            "By 'devices', their ids, or by 'filter', as for lists of devices; with 'expected', refused unless it is"
                    + " that many.";

    private final Database database;
    private final JdbiBulk bulk;
    private final JdbiFleets fleets;
    private final Decommissioning decommissioning;
    private final Clock clock;

    DeviceActionResource(
            Database database, JdbiBulk bulk, JdbiFleets fleets, Decommissioning decommissioning, Clock clock) {
        this.database = database;
        this.bulk = bulk;
        this.fleets = fleets;
        this.decommissioning = decommissioning;
        this.clock = clock;
    }

    /**
     * Labels to give and to take away.
     *
     * @param remove keys
     */
    @Schema(name = "DeviceLabelling")
    record Labelling(
            @Nullable List<String> devices,
            @Nullable String filter,
            @Nullable Integer expected,
            @Nullable Map<String, String> set,
            @Nullable List<String> remove) {}

    /** Where to. */
    @Schema(name = "DeviceMove")
    record Move(
            @Nullable List<String> devices,
            @Nullable String filter,
            @Nullable Integer expected,
            @Nullable String fleet) {}

    /** Why. */
    @Schema(name = "DeviceDecommissioning")
    record Decommission(
            @Nullable List<String> devices,
            @Nullable String filter,
            @Nullable Integer expected,
            @Nullable String reason) {}

    /**
     * What was done.
     *
     * @param selected how many devices were meant
     * @param changed how many of them are other than before
     */
    @Schema(name = "DeviceActionResult")
    record Done(int selected, int changed) {}

    @POST
    @Path("labels")
    @Operation(
            operationId = "labelDevices",
            summary = "Gives devices labels, or takes labels from them",
            description = SELECTING)
    @Refuses({ReasonCode.FILTER_INVALID, ReasonCode.NOT_FOUND, ReasonCode.ILLEGAL_STATE})
    public Done label(Labelling body, @Nullable @HeaderParam(Actor.HEADER) String actor) {
        Selection selection = Selection.of(body.devices(), body.filter(), body.expected());
        Map<String, String> set = Labels.require(Objects.requireNonNullElse(body.set(), Map.of()));
        List<String> remove = Objects.requireNonNullElse(body.remove(), List.of());
        if (set.isEmpty() && remove.isEmpty()) {
            throw ControlPlaneException.invalid("nothing to do: give labels in 'set', or their keys in 'remove'");
        }
        String why = Stream.concat(
                                set.entrySet().stream().map(label -> label.getKey() + "=" + label.getValue()),
                                remove.stream().map(key -> "without " + key))
                        .sorted()
                        .collect(Collectors.joining(", "))
                + by(actor);
        return act(selection, (tx, devices, now) -> {
            int changed = bulk.label(tx, devices, set, remove, now, why);
            bulk.overloaded(tx, devices).ifPresent(device -> {
                throw ControlPlaneException.invalid("device '" + device + "' would have more than 64 labels");
            });
            return changed;
        });
    }

    @POST
    @Path("move")
    @Operation(
            operationId = "moveDevices",
            summary = "Moves devices to another static fleet",
            description = SELECTING + " A finished rollout of the fleet takes them in as it takes in those that enrol.")
    @Refuses({ReasonCode.FILTER_INVALID, ReasonCode.NOT_FOUND, ReasonCode.ILLEGAL_STATE})
    public Done move(Move body, @Nullable @HeaderParam(Actor.HEADER) String actor) {
        Selection selection = Selection.of(body.devices(), body.filter(), body.expected());
        String fleet = Names.require("fleet", body.fleet());
        return act(selection, (tx, devices, now) -> {
            fleets.requireStatic(tx, fleet);
            return bulk.move(tx, devices, fleet, now, "to fleet " + fleet + by(actor));
        });
    }

    @POST
    @Path("decommission")
    @Operation(
            operationId = "decommissionDevices",
            summary = "Takes devices out of service",
            description =
                    SELECTING + " They leave their fleets and rollouts, and the broker refuses their credentials.")
    @Refuses({ReasonCode.FILTER_INVALID, ReasonCode.NOT_FOUND, ReasonCode.ILLEGAL_STATE})
    public Done decommission(Decommission body, @Nullable @HeaderParam(Actor.HEADER) String actor) {
        Selection selection = Selection.of(body.devices(), body.filter(), body.expected());
        Optional<String> reason = Optional.ofNullable(body.reason()).filter(text -> !text.isBlank());
        return act(selection, (tx, devices, now) -> (int) devices.stream()
                .filter(id -> decommissioning.ifInService(tx, new DeviceId(id), reason))
                .count());
    }

    private static String by(@Nullable String actor) {
        String name = Actor.of(actor);
        return name.isEmpty() ? "" : ", by " + name;
    }

    /** What is done to the devices; how many it changed. */
    private interface Action {
        int run(Tx tx, List<String> devices, Instant now);
    }

    private Done act(Selection selection, Action action) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        return database.inTransaction(tx -> {
            List<String> devices = bulk.lock(tx, selection.matching(now), Selection.LIMIT + 1);
            selection.require(devices);
            return new Done(devices.size(), action.run(tx, devices, now));
        });
    }
}
