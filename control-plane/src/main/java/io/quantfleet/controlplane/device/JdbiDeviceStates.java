package io.quantfleet.controlplane.device;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.v1.Presence;
import io.quantfleet.protocols.v1.ReportedState;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** What devices say of themselves, taken into their rows and timelines. */
@Singleton
public class JdbiDeviceStates {
    private static final String PREFIX = "DEVICE_STATE_";

    private final JdbiDeviceTimeline timeline;

    JdbiDeviceStates(JdbiDeviceTimeline timeline) {
        this.timeline = timeline;
    }

    /** What a row says before a message is taken in. */
    private record Before(boolean online, String state, long reportNumber) {}

    /**
     * Takes a report in, unless its number is not above the last one's.
     *
     * @return whether it was news
     * @throws ControlPlaneException {@code NOT_FOUND} if no such device is enrolled
     */
    public boolean reported(Tx tx, DeviceId device, ReportedState report, Instant now) {
        Before before = lock(tx, device);
        if (Long.compareUnsigned(report.getReportNumber(), before.reportNumber()) <= 0) {
            return false;
        }
        String state = report.getState().name().startsWith(PREFIX)
                ? report.getState().name().substring(PREFIX.length())
                : "";
        if (state.isEmpty() || state.equals("UNSPECIFIED")) {
            throw ControlPlaneException.invalid("device '" + device + "' reports no state that is known");
        }
        update(tx, device, report, state, now);
        if (!state.equals(before.state())) {
            timeline.add(
                    tx,
                    device,
                    new JdbiDeviceTimeline.Entry(
                            now,
                            JdbiDeviceTimeline.Kind.STATE,
                            Optional.of(state),
                            deploymentId(report),
                            text(report.getReasonCode()),
                            text(report.getReason())));
        }
        return true;
    }

    /**
     * Takes in whether a device is connected.
     *
     * @throws ControlPlaneException {@code NOT_FOUND} if no such device is enrolled
     */
    void presence(Tx tx, DeviceId device, Presence presence, Instant now) {
        Before before = lock(tx, device);
        tx.handle()
                .createUpdate("""
                        update device set online = :online, presence_at = :now, last_seen = :now,
                            agent_version = coalesce(:agentVersion, agent_version)
                        where device_id = :device""")
                .bind("online", presence.getOnline())
                .bind("now", now)
                .bind("agentVersion", text(presence.getAgentVersion()))
                .bind("device", device.value())
                .execute();
        if (presence.getOnline() != before.online()) {
            timeline.add(
                    tx,
                    device,
                    JdbiDeviceTimeline.Entry.of(
                            presence.getOnline() ? JdbiDeviceTimeline.Kind.ONLINE : JdbiDeviceTimeline.Kind.OFFLINE,
                            now));
        }
    }

    private static void update(Tx tx, DeviceId device, ReportedState report, String state, Instant now) {
        tx.handle()
                .createUpdate("""
                        update device set state = :state, report_number = :number, reason_code = :reasonCode,
                            reason = :reason, fetched_bytes = :fetched, total_bytes = :total,
                            active_variant_sha256 = :variant, active_model_name = :model,
                            active_model_version = :version, last_seen = :now,
                            agent_version = coalesce(:agentVersion, agent_version)
                        where device_id = :device""")
                .bind("state", state)
                .bind("number", report.getReportNumber())
                .bind("reasonCode", text(report.getReasonCode()))
                .bind("reason", text(report.getReason()))
                .bind("fetched", report.getFetchedBytes())
                .bind("total", report.getTotalBytes())
                .bind("variant", text(report.getActiveVariantSha256()))
                .bind("model", text(report.getActiveModelName()))
                .bind("version", Optional.of(report.getActiveModelVersion()).filter(version -> version != 0))
                .bind("now", now)
                .bind("agentVersion", text(report.getAgentVersion()))
                .bind("device", device.value())
                .execute();
    }

    private static Before lock(Tx tx, DeviceId device) {
        return tx.handle()
                .createQuery("select online, state, report_number from device where device_id = :device for update")
                .bind("device", device.value())
                .map((row, context) ->
                        new Before(row.getBoolean("online"), row.getString("state"), row.getLong("report_number")))
                .findOne()
                .orElseThrow(() -> ControlPlaneException.notFound("device '" + device + "'"));
    }

    private static Optional<UUID> deploymentId(ReportedState report) {
        try {
            return text(report.getDeploymentId()).map(UUID::fromString);
        } catch (IllegalArgumentException e) {
            throw ControlPlaneException.invalid("not a deployment id: '" + report.getDeploymentId() + "'");
        }
    }

    private static Optional<String> text(String field) {
        return Optional.of(field).filter(value -> !value.isEmpty());
    }
}
