package io.quantfleet.controlplane.console.device;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quantfleet.controlplane.console.ConsoleDatabase;
import io.quantfleet.controlplane.filter.SqlFilter;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

/** Reads devices. */
@Singleton
public class DeviceQueries {
    private static final String ROWS = """
            with rows as (
                select * from (select d.device_id, d.fleet, d.device_class, %s as condition, d.state, d.reason,
                       d.active_model_name, d.active_model_version, d.last_seen,
                       w.p50_micros / 1000 as p50_millis, w.p95_micros / 1000 as p95_millis,
                       w.right_answers::double precision / nullif(w.right_answers + w.wrong_answers, 0) as accuracy
                  from device d
                  left join device_telemetry w on w.device_id = d.device_id
                       and w.variant_sha256 = d.active_variant_sha256
                 where %s) r where :condition = '' or condition = :condition)
            select * from rows where %s order by %s limit :limit
            """;

    private static final String COUNT = """
            select count(*) from (select %s as condition from device d where %s) rows
             where :condition = '' or condition = :condition
            """;

    private static final String SELECTED = """
            (:search = '' or position(lower(:search) in lower(d.device_id)) > 0)
                and (:fleet = '' or exists (
                    select from fleet_device f where f.fleet = :fleet and f.device_id = d.device_id))
                and (:deviceClass = '' or d.device_class = :deviceClass) and """;

    private static final String DETAILS = """
            select d.*, %s as condition, v.bytes as variant_bytes, v.accuracy as variant_accuracy,
                   (select (p.self_test ->> 'accuracy')::double precision
                      from deployment p join variant t on t.job_id = p.variant_job_id
                     where p.device_id = d.device_id and t.sha256 = d.active_variant_sha256 and p.state = 'ACTIVE'
                     order by p.state_at desc limit 1) as self_test_accuracy
              from device d
              left join lateral (select bytes, accuracy from variant where sha256 = d.active_variant_sha256
                                    and device_class = d.device_class order by created_at desc limit 1) v on true
             where d.device_id = :id
            """.formatted(DeviceCondition.SQL);

    private static final String TIMELINE = """
            select e.at, case when e.kind = 'STATE' then coalesce(e.state, 'STATE') else e.kind end as what,
                   e.reason_code, e.reason, r.id as rollout_id, r.model_name, r.model_version
              from device_event e
              left join deployment p on p.id = e.deployment_id
              left join rollout r on r.id = p.rollout_id
             where e.device_id = :id order by e.id desc limit :limit
            """;

    private static final String LAST_UPDATE = """
            select p.id, p.rollout_id, v.model_name, v.model_version, p.state, p.issued_at as asked_at, p.published_at,
                   p.finished_at, p.fetched_bytes, p.total_bytes,
                   exists (select from rollout_member m where m.rollout_id = p.rollout_id and m.rollback_id = p.id) as back
              from deployment p join variant v on v.job_id = p.variant_job_id
             where p.device_id = :id order by p.sequence desc limit 1
            """;

    private static final String STEPS = """
            select e.at, coalesce(e.state, e.kind) as state, e.reason_code, e.reason,
                   extract(epoch from e.at - p.issued_at)::double precision as after
              from device_event e join deployment p on p.id = e.deployment_id
             where e.device_id = :id and e.deployment_id = :deployment order by e.id limit :limit
            """;

    private static final String WINDOWS = """
            select window_number, end_at, p50_micros / 1000 as p50_millis, p95_micros / 1000 as p95_millis,
                   right_answers::double precision / nullif(right_answers + wrong_answers, 0) as accuracy,
                   inferences, errors, rss_bytes, cpu_temperature_celsius
              from telemetry_window where device_id = :id order by end_at desc limit :limit
            """;

    private final ConsoleDatabase database;
    private final ObjectMapper json;

    DeviceQueries(ConsoleDatabase database, ObjectMapper json) {
        this.database = database;
        this.json = json;
    }

    /** At most {@code limit} of the devices that {@code filter} lets through, in its order; {@code now} dates ages. */
    public List<DeviceRow> list(DeviceFilter filter, Instant now, int limit) {
        SqlFilter matching = SqlFilter.of(filter.matching(now));
        String rows =
                ROWS.formatted(DeviceCondition.SQL, SELECTED + matching.condition(), filter.onPage(), filter.orderBy());
        return database.read(handle -> handle.createQuery(rows)
                .bindMethods(filter)
                .bindMap(matching.values())
                .bind("limit", limit)
                .map(ConstructorMapper.of(DeviceRow.class))
                .list());
    }

    /** How many devices {@code filter} lets through, over all pages. */
    public long count(DeviceFilter filter, Instant now) {
        SqlFilter matching = SqlFilter.of(filter.matching(now));
        String count = COUNT.formatted(DeviceCondition.SQL, SELECTED + matching.condition());
        return database.read(handle -> handle.createQuery(count)
                .bindMethods(filter)
                .bindMap(matching.values())
                .mapTo(Long.class)
                .one());
    }

    Optional<DeviceDetails> device(String deviceId) {
        return database.read(handle -> handle.registerColumnMapper(
                        new org.jdbi.v3.core.generic.GenericType<Map<String, String>>() {},
                        (row, column, context) -> labels(row.getString(column)))
                .createQuery(DETAILS)
                .bind("id", deviceId)
                .map(ConstructorMapper.of(DeviceDetails.class))
                .findOne());
    }

    /** What happened to the device, newest first. */
    List<TimelineEntry> timeline(String deviceId, int limit) {
        return ofDevice(TIMELINE, deviceId, limit, TimelineEntry.class);
    }

    /** What the device was asked to install last. */
    Optional<LastUpdate> lastUpdate(String deviceId) {
        return database.read(handle -> handle.createQuery(LAST_UPDATE)
                .bind("id", deviceId)
                .map(ConstructorMapper.of(LastUpdate.class))
                .findOne());
    }

    /** How an update went, the first step first. */
    List<UpdateStep> steps(String deviceId, UUID deployment, int limit) {
        return database.read(handle -> handle.createQuery(STEPS)
                .bind("id", deviceId)
                .bind("deployment", deployment)
                .bind("limit", limit)
                .map(ConstructorMapper.of(UpdateStep.class))
                .list());
    }

    /** The device's last windows, newest first. */
    List<WindowRow> windows(String deviceId, int limit) {
        return ofDevice(WINDOWS, deviceId, limit, WindowRow.class);
    }

    /** The names that the list can be filtered by. */
    public List<String> fleetNames() {
        return names("select name from fleet order by name");
    }

    /** The fleets that devices can be moved to. */
    List<String> staticFleetNames() {
        return names("select name from fleet where query is null order by name");
    }

    public List<String> deviceClassNames() {
        return names("select name from device_class order by name");
    }

    private List<String> names(String sql) {
        return database.read(
                handle -> handle.createQuery(sql).mapTo(String.class).list());
    }

    private <T> List<T> ofDevice(String sql, String deviceId, int limit, Class<T> type) {
        return database.read((Handle handle) -> handle.createQuery(sql)
                .bind("id", deviceId)
                .bind("limit", limit)
                .map(ConstructorMapper.of(type))
                .list());
    }

    private Map<String, String> labels(String text) throws SQLException {
        try {
            return json.readValue(text, new TypeReference<Map<String, String>>() {});
        } catch (JsonProcessingException e) {
            throw new SQLException("labels that are not a JSON object of strings", e);
        }
    }
}
