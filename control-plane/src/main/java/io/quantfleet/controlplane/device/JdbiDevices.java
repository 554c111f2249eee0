package io.quantfleet.controlplane.device;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
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

    /** An enrolled device, as far as enrolment and rollouts look at it. */
    public record Enrolled(DeviceId id, String deviceClass, String fleet, String tokenHash) {}

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

    List<DeviceView> list(Tx tx) {
        return tx.handle()
                .createQuery(VIEW + " order by d.device_id")
                .map(this::viewRow)
                .list();
    }

    Optional<DeviceView> find(Tx tx, String id) {
        return tx.handle()
                .createQuery(VIEW + " where d.device_id = :id")
                .bind("id", id)
                .map(this::viewRow)
                .findOne();
    }

    public Optional<Enrolled> enrolled(Tx tx, DeviceId id) {
        return tx.handle()
                .createQuery("select * from device where device_id = :id")
                .bind("id", id.value())
                .map(JdbiDevices::enrolledRow)
                .findOne();
    }

    /** The devices of a fleet, in the order of their ids. */
    public List<Enrolled> ofFleet(Tx tx, String fleet) {
        return tx.handle()
                .createQuery("select * from device where fleet = :fleet order by device_id")
                .bind("fleet", fleet)
                .map(JdbiDevices::enrolledRow)
                .list();
    }

    public void insert(Tx tx, Enrolment device) {
        tx.handle()
                .createUpdate("""
                        insert into device (device_id, device_class, fleet, labels, token_hash, enrolled_at, agent_version)
                        values (:id, :deviceClass, :fleet, cast(:labels as jsonb), :tokenHash, :at, :agentVersion)""")
                .bind("id", device.id().value())
                .bind("deviceClass", device.deviceClass())
                .bind("fleet", device.fleet())
                .bind("labels", write(device.labels()))
                .bind("tokenHash", device.tokenHash())
                .bind("at", device.at())
                .bind("agentVersion", device.agentVersion())
                .execute();
    }

    /**
     * Takes a device that enrols again, perhaps with an empty disk: it counts its reports from one again, so the count
     * begins anew here too.
     */
    public void enrolAgain(Tx tx, Enrolment device) {
        tx.handle()
                .createUpdate("""
                        update device set labels = cast(:labels as jsonb), enrolled_at = :at,
                            agent_version = :agentVersion, report_number = 0
                        where device_id = :id""")
                .bind("id", device.id().value())
                .bind("labels", write(device.labels()))
                .bind("at", device.at())
                .bind("agentVersion", device.agentVersion())
                .execute();
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
                .createQuery("select device_class, count(*) as devices from device where fleet = :fleet group by 1")
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

    private static Enrolled enrolledRow(ResultSet row, StatementContext context) throws SQLException {
        return new Enrolled(
                new DeviceId(row.getString("device_id")),
                row.getString("device_class"),
                row.getString("fleet"),
                row.getString("token_hash"));
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
                Rows.instant(row, "enrolled_at"),
                Rows.optionalInstant(row, "last_seen"),
                row.getLong("windows"),
                p50.flatMap(low ->
                        p95.map(high -> new DeviceView.Latency(low / MICROS_PER_MILLI, high / MICROS_PER_MILLI))),
                answers == 0 ? Optional.empty() : Optional.of((double) right / answers));
    }
}
