package io.quantfleet.controlplane.device;

import io.quantfleet.controlplane.filter.Field;
import io.quantfleet.controlplane.filter.Filter;
import io.quantfleet.controlplane.filter.FilterFields;
import io.quantfleet.controlplane.filter.ValueType;
import io.quantfleet.protocols.v1.DeviceState;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What can be asked about devices. In SQL a device is a row of {@code device d}. */
public final class DeviceFields {
    private static final String LIFECYCLE = "lifecycle";
    private static final String STATE_PREFIX = "DEVICE_STATE_";

    private static final ValueType<String> STATES = ValueType.oneOf(Arrays.stream(DeviceState.values())
            .filter(state -> state != DeviceState.UNRECOGNIZED && state != DeviceState.DEVICE_STATE_UNSPECIFIED)
            .map(state -> state.name().substring(STATE_PREFIX.length()))
            .toList());
    private static final ValueType<String> LIFECYCLES =
            ValueType.oneOf(Arrays.stream(Lifecycle.values()).map(Enum::name).toList());

    private static final FilterFields<DeviceView> FIELDS = FilterFields.withLabels(
            List.of(
                    Field.of("id", ValueType.text(), "d.device_id", DeviceView::deviceId),
                    Field.of("class", ValueType.text(), "d.device_class", DeviceView::deviceClass),
                    Field.of("fleet", ValueType.text(), "d.fleet", DeviceView::fleet),
                    Field.version("agent", "d.agent_version_key", DeviceView::agentVersion),
                    Field.optional("model", ValueType.text(), "d.active_model_name", DeviceView::modelName),
                    version("model.version"),
                    version("version"),
                    Field.of("online", ValueType.flag(), "d.online", DeviceView::online),
                    Field.of("state", STATES, "d.state", DeviceView::state),
                    Field.of(LIFECYCLE, LIFECYCLES, "d.lifecycle", DeviceView::lifecycle),
                    // A device that was never seen was last seen longer ago than anything.
                    Field.of(
                            "lastSeen",
                            ValueType.age(),
                            "coalesce(d.last_seen, timestamptz '-infinity')",
                            device -> device.lastSeen().orElse(Instant.MIN))),
            "d.labels",
            DeviceView::labels);

    private static final Filter<DeviceView> IN_SERVICE =
            new Filter.Not<>(FIELDS.equal(LIFECYCLE, Lifecycle.DECOMMISSIONED.name()));

    private DeviceFields() {}

    private static Field<DeviceView, Integer> version(String name) {
        return Field.optional(name, ValueType.whole(), "d.active_model_version", DeviceView::modelVersion);
    }

    /**
     * Reads a filter on devices.
     *
     * @param now what ages count from
     * @throws io.quantfleet.controlplane.filter.FilterException if it can't be understood
     */
    public static Filter<DeviceView> read(String filter, Instant now) {
        return FIELDS.read(filter, now);
    }

    /** The devices in service that enrolled, or were imported, into a fleet. */
    public static Filter<DeviceView> ofStaticFleet(String fleet) {
        return inService(FIELDS.equal("fleet", fleet));
    }

    /** The devices of these ids, at least one. */
    public static Filter<DeviceView> withIds(List<String> ids) {
        return FIELDS.in("id", ids);
    }

    /** The devices that have all of these labels. */
    public static Filter<DeviceView> withLabels(Map<String, String> labels) {
        return new Filter.All<>(labels.entrySet().stream()
                .map(label -> FIELDS.equal("label." + label.getKey(), label.getValue()))
                .toList());
    }

    /** Every device but the decommissioned. */
    public static Filter<DeviceView> inService() {
        return IN_SERVICE;
    }

    /** The filter, without decommissioned devices unless it asks about them. */
    public static Filter<DeviceView> inService(Filter<DeviceView> filter) {
        return filter.mentions(LIFECYCLE) ? filter : filter.and(IN_SERVICE);
    }
}
