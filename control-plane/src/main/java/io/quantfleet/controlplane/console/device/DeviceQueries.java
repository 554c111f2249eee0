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
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

/** Reads devices. */
@Singleton
public class DeviceQueries {
    private static final String ROWS = """
            select * from (
                select d.device_id, d.fleet, d.device_class, %s as condition, d.state, d.reason,
                       d.active_model_name, d.active_model_version, d.last_seen,
                       w.p50_micros / 1000 as p50_millis, w.p95_micros / 1000 as p95_millis,
                       w.right_answers::double precision / nullif(w.right_answers + w.wrong_answers, 0) as accuracy
                  from device d
                  left join device_telemetry w on w.device_id = d.device_id
                       and w.variant_sha256 = d.active_variant_sha256
                 where %s) rows
             where :condition = '' or condition = :condition
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

    /** One page of the devices that {@code filter} lets through, in its order; {@code now} dates ages. */
    public List<DeviceRow> list(DeviceFilter filter, Instant now) {
        SqlFilter matching = SqlFilter.of(filter.matching(now));
        String rows = ROWS.formatted(DeviceCondition.SQL, SELECTED + matching.condition());
        return database.read(
                handle -> handle.createQuery(rows + " order by " + filter.orderBy() + " limit :limit offset :offset")
                        .bindMethods(filter)
                        .bindMap(matching.values())
                        .bind("offset", filter.offset())
                        .bind("limit", DeviceFilter.PAGE_SIZE)
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

    /** The device's last windows, newest first. */
    List<WindowRow> windows(String deviceId, int limit) {
        return ofDevice(WINDOWS, deviceId, limit, WindowRow.class);
    }

    /** The names that the list can be filtered by. */
    public List<String> fleetNames() {
        return names("select name from fleet order by name");
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
