package io.quantfleet.controlplane.device;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.v1.Presence;
import io.quantfleet.protocols.v1.ReportedState;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.statement.PreparedBatch;

/** What devices say of themselves, taken into their rows and timelines. */
@Singleton
public class JdbiDeviceStates {
    private static final String PREFIX = "DEVICE_STATE_";

    private final JdbiDeviceTimeline timeline;

    JdbiDeviceStates(JdbiDeviceTimeline timeline) {
        this.timeline = timeline;
    }

    /** What a row says before messages are taken in, and then after each. */
    private record Standing(boolean online, String state, long reportNumber, String agentVersion) {
        Standing reported(String reported, ReportedState report) {
            return new Standing(online, reported, report.getReportNumber(), version(report.getAgentVersion()));
        }

        Standing present(Presence presence) {
            return new Standing(presence.getOnline(), state, reportNumber, version(presence.getAgentVersion()));
        }

        private String version(String said) {
            return said.isEmpty() ? agentVersion : said;
        }
    }

    /**
     * Takes reports in, in this order; one whose number is not above the last one's of its device changes nothing.
     *
     * @return those that were news
     * @throws ControlPlaneException {@code NOT_FOUND} if a device is not enrolled
     */
    public List<ReportedState> reported(Tx tx, List<ReportedState> reports, Instant now) {
        Map<String, Standing> standings =
                lock(tx, reports.stream().map(ReportedState::getDeviceId).toList());
        Map<String, Standing> found = Map.copyOf(standings);
        List<ReportedState> news = new ArrayList<>();
        List<JdbiDeviceTimeline.Line> lines = new ArrayList<>();
        for (ReportedState report : reports) {
            Standing before = require(standings, report.getDeviceId());
            if (Long.compareUnsigned(report.getReportNumber(), before.reportNumber()) > 0) {
                String state = state(report);
                news.add(report);
                if (!state.equals(before.state())) {
                    lines.add(line(report, state, now));
                }
                standings.put(report.getDeviceId(), before.reported(state, report));
            }
        }
        update(tx, news, now);
        updateAgentVersions(tx, found, standings);
        timeline.addAll(tx, lines);
        return List.copyOf(news);
    }

    private static String state(ReportedState report) {
        String name = report.getState().name();
        String state = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : "";
        if (state.isEmpty() || state.equals("UNSPECIFIED")) {
            throw ControlPlaneException.invalid("device '" + report.getDeviceId() + "' reports no state that is known");
        }
        return state;
    }

    private static JdbiDeviceTimeline.Line line(ReportedState report, String state, Instant now) {
        return new JdbiDeviceTimeline.Line(
                new DeviceId(report.getDeviceId()),
                new JdbiDeviceTimeline.Entry(
                        now,
                        JdbiDeviceTimeline.Kind.STATE,
                        Optional.of(state),
                        deploymentId(report),
                        text(report.getReasonCode()),
                        text(report.getReason())));
    }

    /**
     * Takes in who is connected, in this order.
     *
     * @throws ControlPlaneException {@code NOT_FOUND} if a device is not enrolled
     */
    void presence(Tx tx, List<Presence> presences, Instant now) {
        Map<String, Standing> standings =
                lock(tx, presences.stream().map(Presence::getDeviceId).toList());
        Map<String, Standing> found = Map.copyOf(standings);
        List<JdbiDeviceTimeline.Line> lines = new ArrayList<>();
        Map<String, Presence> last = new LinkedHashMap<>();
        for (Presence presence : presences) {
            Standing before = require(standings, presence.getDeviceId());
            if (presence.getOnline() != before.online()) {
                lines.add(new JdbiDeviceTimeline.Line(
                        new DeviceId(presence.getDeviceId()),
                        JdbiDeviceTimeline.Entry.of(
                                presence.getOnline() ? JdbiDeviceTimeline.Kind.ONLINE : JdbiDeviceTimeline.Kind.OFFLINE,
                                now)));
            }
            standings.put(presence.getDeviceId(), before.present(presence));
            last.put(presence.getDeviceId(), presence);
        }
        updatePresence(tx, last.values(), now);
        updateAgentVersions(tx, found, standings);
        timeline.addAll(tx, lines);
    }

    /** Those who were online and have said nothing of it since then are not; how many. */
    int absent(Tx tx, Instant since, Instant now) {
        List<JdbiDeviceTimeline.Line> lines = tx.handle()
                .createQuery("""
                        update device set online = false, presence_at = :now
                        where online and coalesce(presence_at, '-infinity') < :since returning device_id""")
                .bind("now", now)
                .bind("since", since)
                .mapTo(String.class)
                .map(device -> new JdbiDeviceTimeline.Line(
                        new DeviceId(device), JdbiDeviceTimeline.Entry.of(JdbiDeviceTimeline.Kind.OFFLINE, now)))
                .list();
        timeline.addAll(tx, lines);
        return lines.size();
    }

    private static void updatePresence(Tx tx, Collection<Presence> presences, Instant now) {
        PreparedBatch batch = tx.handle().prepareBatch("""
                        update device set online = :online and lifecycle <> 'DECOMMISSIONED', presence_at = :now, last_seen = :now
                        where device_id = :device""");
        for (Presence presence : presences) {
            batch.bind("online", presence.getOnline())
                    .bind("now", now)
                    .bind("device", presence.getDeviceId())
                    .add();
        }
        batch.execute();
    }

    private static void update(Tx tx, List<ReportedState> news, Instant now) {
        if (news.isEmpty()) {
            return;
        }
        Map<String, ReportedState> last = new LinkedHashMap<>();
        news.forEach(report -> last.put(report.getDeviceId(), report));
        PreparedBatch batch = tx.handle().prepareBatch("""
                        update device set state = :state, report_number = :number, reason_code = :reasonCode,
                            reason = :reason, fetched_bytes = :fetched, total_bytes = :total,
                            active_variant_sha256 = :variant, active_model_name = :model,
                            active_model_version = :version, last_seen = :now
                        where device_id = :device""");
        for (ReportedState report : last.values()) {
            batch.bind("state", state(report))
                    .bind("number", report.getReportNumber())
                    .bind("reasonCode", text(report.getReasonCode()))
                    .bind("reason", text(report.getReason()))
                    .bind("fetched", report.getFetchedBytes())
                    .bind("total", report.getTotalBytes())
                    .bind("variant", text(report.getActiveVariantSha256()))
                    .bind("model", text(report.getActiveModelName()))
                    .bind("version", Optional.of(report.getActiveModelVersion()).filter(version -> version != 0))
                    .bind("now", now)
                    .bind("device", report.getDeviceId())
                    .add();
        }
        batch.execute();
    }

    /**
     * Sets the versions that changed, and no others: where one is set the database makes its sort key anew, which costs more
     * than all else of a report.
     */
    private static void updateAgentVersions(Tx tx, Map<String, Standing> before, Map<String, Standing> after) {
        List<String> devices = before.keySet().stream()
                .filter(device -> !require(before, device)
                        .agentVersion()
                        .equals(require(after, device).agentVersion()))
                .toList();
        if (devices.isEmpty()) {
            return;
        }
        PreparedBatch batch =
                tx.handle().prepareBatch("update device set agent_version = :version where device_id = :device");
        for (String device : devices) {
            batch.bind("version", require(after, device).agentVersion())
                    .bind("device", device)
                    .add();
        }
        batch.execute();
    }

    /** Holds the rows until the transaction ends, taken in the order of ids: who else takes several does so too. */
    private static Map<String, Standing> lock(Tx tx, List<String> devices) {
        Map<String, Standing> standings = new HashMap<>();
        tx.handle()
                .createQuery("""
                        select device_id, online, state, report_number, agent_version from device
                        where device_id = any(:devices) order by device_id for no key update""")
                .bindArray("devices", String.class, devices)
                .map((row, context) -> Map.entry(
                        row.getString("device_id"),
                        new Standing(
                                row.getBoolean("online"),
                                row.getString("state"),
                                row.getLong("report_number"),
                                row.getString("agent_version"))))
                .forEach(entry -> standings.put(entry.getKey(), entry.getValue()));
        return standings;
    }

    private static Standing require(Map<String, Standing> standings, String device) {
        Standing standing = standings.get(device);
        if (standing == null) {
            throw ControlPlaneException.notFound("device '" + device + "'");
        }
        return standing;
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
