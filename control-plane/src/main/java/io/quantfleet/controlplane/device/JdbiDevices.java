package io.quantfleet.controlplane.device;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quantfleet.controlplane.filter.Filter;
import io.quantfleet.controlplane.filter.SqlFilter;
import io.quantfleet.controlplane.storage.Rows;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.Sha256;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jdbi.v3.core.statement.StatementContext;

/** Devices in the database: who is enrolled, and what REST shows of them. */
@Singleton
public class JdbiDevices {
    private static final String VIEW = """
            select d.*, t.windows, t.p50_micros, t.p95_micros, t.right_answers, t.wrong_answers
            from device d
            left join device_telemetry t
                on t.device_id = d.device_id and t.variant_sha256 = d.active_variant_sha256
            """;
    private static final TypeReference<Map<String, String>> LABELS = new TypeReference<>() {};
    private static final double MICROS_PER_MILLI = 1000;

    private final ObjectMapper json;

    JdbiDevices(ObjectMapper json) {
        this.json = json;
    }

    /** A device, as far as rollouts look at it. */
    public record Enrolled(DeviceId id, String deviceClass, String fleet) {}

    /**
     * A device, as far as enrolment looks at it.
     *
     * @param tokenHash of the token that it came with; empty if it has not come yet
     * @param revocationPending whether the broker still has to hear that its credentials are void
     */
    public record Known(Enrolled device, Lifecycle lifecycle, Optional<String> tokenHash, boolean revocationPending) {}

    /** What enrolment says of a device. */
    public record Enrolment(
            DeviceId id,
            String deviceClass,
            String fleet,
            Map<String, String> labels,
            String tokenHash,
            String agentVersion,
            Instant at) {
        public Enrolment {
            labels = Map.copyOf(labels);
        }
    }

    /** The devices that match, in the order of their ids, behind the id {@code after}; {@code now} dates ages. */
    public List<DeviceView> list(Tx tx, Filter<DeviceView> filter, Optional<String> after, int limit) {
        SqlFilter sql = SqlFilter.of(filter);
        return tx.handle()
                .createQuery(
                        VIEW + " where " + sql.condition()
                                + " and (cast(:after as text) is null or d.device_id > :after) order by d.device_id limit :limit")
                .bindMap(sql.values())
                .bind("after", after)
                .bind("limit", limit)
                .map(this::viewRow)
                .list();
    }

    /** How many match, and of which classes. */
    public Map<String, Long> countByClass(Tx tx, Filter<DeviceView> filter) {
        SqlFilter sql = SqlFilter.of(filter);
        return tx.handle()
                .createQuery("select d.device_class, count(*) as devices from device d where " + sql.condition()
                        + " group by 1 order by 1")
                .bindMap(sql.values())
                .reduceRows(new TreeMap<>(), (counts, row) -> {
                    counts.put(row.getColumn("device_class", String.class), row.getColumn("devices", Long.class));
                    return counts;
                });
    }

    public Optional<DeviceView> find(Tx tx, String id) {
        return tx.handle()
                .createQuery(VIEW + " where d.device_id = :id")
                .bind("id", id)
                .map(this::viewRow)
                .findOne();
    }

    /** The device, its row held until the transaction ends. */
    public Optional<Known> lock(Tx tx, DeviceId id) {
        return tx.handle()
                .createQuery("select * from device where device_id = :id for update")
                .bind("id", id.value())
                .map((row, context) -> new Known(
                        enrolledRow(row),
                        Lifecycle.valueOf(row.getString("lifecycle")),
                        Rows.optionalText(row, "token_hash"),
                        Rows.optionalInstant(row, "credentials_revoked_at").isPresent()
                                && Rows.optionalInstant(row, "revocation_published_at")
                                        .isEmpty()))
                .findOne();
    }

    /**
     * Takes a device that enrols, for the first time or again, perhaps with an empty disk: it counts its reports from one
     * then, so the count begins anew here too. Labels that an operator gave it win over its own.
     */
    public void enrol(Tx tx, Enrolment device) {
        tx.handle()
                .createUpdate("""
                        insert into device (device_id, device_class, fleet, labels, token_hash, registered_at,
                            enrolled_at, agent_version)
                        values (:id, :deviceClass, :fleet, cast(:labels as jsonb), :tokenHash, :at, :at, :agentVersion)
                        on conflict (device_id) do update set device_class = excluded.device_class,
                            fleet = excluded.fleet, token_hash = excluded.token_hash, lifecycle = 'ENROLLED',
                            labels = excluded.labels || device.assigned_labels,
                            enrolled_at = excluded.enrolled_at, agent_version = excluded.agent_version,
                            report_number = 0""")
                .bind("id", device.id().value())
                .bind("deviceClass", device.deviceClass())
                .bind("fleet", device.fleet())
                .bind("labels", write(device.labels()))
                .bind("tokenHash", device.tokenHash())
                .bind("at", device.at())
                .bind("agentVersion", device.agentVersion())
                .execute();
        // So does an agent that numbers its windows without naming a series.
        tx.handle()
                .createUpdate("delete from telemetry_series where device_id = :id and series = 0")
                .bind("id", device.id().value())
                .execute();
    }

    /** Forgets what a decommissioned device served, before it enrols again. */
    public void readmit(Tx tx, DeviceId id) {
        tx.handle().createUpdate("""
                        update device set state = 'IDLE', reason_code = null, reason = null, fetched_bytes = 0,
                            total_bytes = 0, active_variant_sha256 = null, active_model_name = null,
                            active_model_version = null, last_seen = null, presence_at = null
                        where device_id = :id""").bind("id", id.value()).execute();
    }

    /** Takes a device out of service, and every credential that it was given until now. */
    public void decommission(Tx tx, DeviceId id, Instant now) {
        tx.handle().createUpdate("""
                        with left_fleets as (delete from fleet_query_member where device_id = :id)
                        update device set lifecycle = 'DECOMMISSIONED', decommissioned_at = :now, online = false,
                            credentials_revoked_at = :now, revocation_published_at = null
                        where device_id = :id""").bind("id", id.value()).bind("now", now).execute();
    }

    /**
     * What the next manifest of a device builds on.
     *
     * @param sequence its number
     * @param serves the variant that the device served when it last reported
     */
    public record Next(long sequence, Optional<Sha256> serves) {}

    /**
     * Begins the next manifests of devices: the sequence of each grows by one with every call. The rows are taken in the
     * order of ids, as everywhere.
     */
    public Map<DeviceId, Next> next(Tx tx, List<DeviceId> ids) {
        Map<DeviceId, Next> next = new HashMap<>();
        tx.handle()
                .createQuery("""
                        with held as (
                            select device_id from device where device_id = any(:ids)
                            order by device_id for no key update)
                        update device d set last_sequence = d.last_sequence + 1 from held
                        where d.device_id = held.device_id
                        returning d.device_id, d.last_sequence, d.active_variant_sha256""")
                .bindArray(
                        "ids", String.class, ids.stream().map(DeviceId::value).toList())
                .map((row, context) -> Map.entry(
                        new DeviceId(row.getString("device_id")),
                        new Next(
                                row.getLong("last_sequence"),
                                Rows.optionalText(row, "active_variant_sha256").map(Sha256::new))))
                .forEach(entry -> next.put(entry.getKey(), entry.getValue()));
        return next;
    }

    /** How many devices of each class a fleet has. */
    public Map<String, Integer> classesOf(Tx tx, String fleet) {
        Map<String, Integer> counts = new TreeMap<>();
        tx.handle()
                .createQuery("""
                        select d.device_class, count(*) as devices
                        from fleet_device f join device d on d.device_id = f.device_id
                        where f.fleet = :fleet group by 1""")
                .bind("fleet", fleet)
                .map((row, context) -> Map.entry(row.getString("device_class"), row.getInt("devices")))
                .forEach(entry -> counts.put(entry.getKey(), entry.getValue()));
        return counts;
    }

    private String write(Map<String, String> labels) {
        try {
            return json.writeValueAsString(labels);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("labels are always writable", e);
        }
    }

    private Map<String, String> labels(ResultSet row) throws SQLException {
        try {
            return json.readValue(row.getString("labels"), LABELS);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the labels in the database are broken", e);
        }
    }

    private static Enrolled enrolledRow(ResultSet row) throws SQLException {
        return new Enrolled(
                new DeviceId(row.getString("device_id")), row.getString("device_class"), row.getString("fleet"));
    }

    private DeviceView viewRow(ResultSet row, StatementContext context) throws SQLException {
        long right = row.getLong("right_answers");
        long answers = right + row.getLong("wrong_answers");
        Optional<Double> p50 = Rows.optionalDouble(row, "p50_micros");
        Optional<Double> p95 = Rows.optionalDouble(row, "p95_micros");
        return new DeviceView(
                row.getString("device_id"),
                row.getString("device_class"),
                row.getString("fleet"),
                labels(row),
                row.getBoolean("online"),
                row.getString("state"),
                Rows.optionalText(row, "reason_code"),
                Rows.optionalText(row, "reason"),
                Rows.optionalText(row, "active_variant_sha256"),
                Rows.optionalText(row, "active_model_name"),
                Rows.optionalInt(row, "active_model_version"),
                row.getLong("fetched_bytes"),
                row.getLong("total_bytes"),
                row.getString("agent_version"),
                row.getString("lifecycle"),
                Rows.instant(row, "registered_at"),
                Rows.optionalInstant(row, "enrolled_at"),
                Rows.optionalInstant(row, "decommissioned_at"),
                Rows.optionalInstant(row, "last_seen"),
                row.getLong("windows"),
                p50.flatMap(low ->
                        p95.map(high -> new DeviceView.Latency(low / MICROS_PER_MILLI, high / MICROS_PER_MILLI))),
                answers == 0 ? Optional.empty() : Optional.of((double) right / answers));
    }
}
