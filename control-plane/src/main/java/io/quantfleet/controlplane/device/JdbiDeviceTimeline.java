package io.quantfleet.controlplane.device;

import io.quantfleet.controlplane.listing.ListPage;
import io.quantfleet.controlplane.listing.ListRequest;
import io.quantfleet.controlplane.storage.Rows;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.DeviceId;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jdbi.v3.core.statement.PreparedBatch;

/** The timeline of each device: what happened to it, newest first. */
@Singleton
public class JdbiDeviceTimeline {
    /** Stored codes: never renamed. */
    @Schema(name = "DeviceEventKind")
    public enum Kind {
        REGISTERED,
        ENROLLED,
        DECOMMISSIONED,
        MOVED,
        LABELLED,
        ONLINE,
        OFFLINE,
        DEPLOYED,
        STATE
    }

    /**
     * One line of the timeline.
     *
     * @param state of the device, for kind STATE
     */
    @Schema(name = "DeviceEvent")
    public record Entry(
            Instant at,
            Kind kind,
            Optional<String> state,
            Optional<UUID> deploymentId,
            Optional<String> reasonCode,
            Optional<String> reason) {
        /** An entry that says no more than its kind. */
        public static Entry of(Kind kind, Instant at) {
            return new Entry(at, kind, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
        }
    }

    public void add(Tx tx, DeviceId device, Entry entry) {
        addAll(tx, List.of(new Line(device, entry)));
    }

    /** An entry and whose it is. */
    public record Line(DeviceId device, Entry entry) {}

    /** Adds entries in this order. */
    public void addAll(Tx tx, List<Line> lines) {
        if (lines.isEmpty()) {
            return;
        }
        PreparedBatch batch = tx.handle().prepareBatch("""
                        insert into device_event (device_id, at, kind, state, deployment_id, reason_code, reason)
                        values (:device, :at, :kind, :state, :deploymentId, :reasonCode, :reason)""");
        for (Line line : lines) {
            Entry entry = line.entry();
            batch.bind("device", line.device().value())
                    .bind("at", entry.at())
                    .bind("kind", entry.kind().name())
                    .bind("state", entry.state())
                    .bind("deploymentId", entry.deploymentId())
                    .bind("reasonCode", entry.reasonCode())
                    .bind("reason", entry.reason())
                    .add();
        }
        batch.execute();
    }

    /** A page of the entries below the id {@code before}, newest first. */
    ListPage<Entry> newest(Tx tx, String device, Optional<Long> before, ListRequest request) {
        List<Map.Entry<Long, Entry>> found = tx.handle()
                .createQuery("""
                        select * from device_event
                        where device_id = :device and (cast(:before as bigint) is null or id < :before)
                        order by id desc limit :limit""")
                .bind("device", device)
                .bind("before", before)
                .bind("limit", request.limit() + 1)
                .map((row, context) -> Map.entry(row.getLong("id"), map(row)))
                .list();
        ListPage<Map.Entry<Long, Entry>> page = ListPage.of(request, found, entry -> String.valueOf(entry.getKey()));
        return new ListPage<>(page.items().stream().map(Map.Entry::getValue).toList(), page.last());
    }

    private static Entry map(ResultSet row) throws SQLException {
        return new Entry(
                Rows.instant(row, "at"),
                Kind.valueOf(row.getString("kind")),
                Rows.optionalText(row, "state"),
                Optional.ofNullable(row.getObject("deployment_id", UUID.class)),
                Rows.optionalText(row, "reason_code"),
                Rows.optionalText(row, "reason"));
    }
}
