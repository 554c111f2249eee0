package io.quantfleet.controlplane.bulk;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quantfleet.controlplane.device.DeviceView;
import io.quantfleet.controlplane.filter.Filter;
import io.quantfleet.controlplane.filter.SqlFilter;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Many devices in the database, one statement for all of them. */
@Singleton
class JdbiBulk {
    private static final int MAX_LABELS = 64;

    private static final String TOLD = """
            insert into device_event (device_id, at, kind, reason) select device_id, :now, :kind, :reason from changed
            returning 1
            """;

    private final ObjectMapper json;

    JdbiBulk(ObjectMapper json) {
        this.json = json;
    }

    /** The devices that match, in the order of their ids, their rows held until the transaction ends. */
    List<String> lock(Tx tx, Filter<DeviceView> filter, int limit) {
        SqlFilter sql = SqlFilter.of(filter);
        return tx.handle()
                .createQuery("select d.device_id from device d where " + sql.condition()
                        + " order by d.device_id limit :limit for update")
                .bindMap(sql.values())
                .bind("limit", limit)
                .mapTo(String.class)
                .list();
    }

    /** Gives devices labels, and takes labels from them; how many are other than before. */
    int label(
            Tx tx, List<String> devices, Map<String, String> set, Collection<String> remove, Instant now, String why) {
        return tx.handle()
                .createQuery("""
                        with changed as (
                            update device set labels = (labels - cast(:remove as text[])) || cast(:set as jsonb),
                                assigned_labels = (assigned_labels - cast(:remove as text[])) || cast(:set as jsonb)
                            where device_id = any(:ids)
                                and (labels - cast(:remove as text[])) || cast(:set as jsonb) <> labels
                            returning device_id),
                        told as (%s)
                        select count(*) from told""".formatted(TOLD))
                .bindArray("ids", String.class, devices)
                .bindArray("remove", String.class, List.copyOf(remove))
                .bind("set", write(set))
                .bind("now", now)
                .bind("kind", "LABELLED")
                .bind("reason", why)
                .mapTo(Integer.class)
                .one();
    }

    /** A device of these with more labels than a device may have. */
    Optional<String> overloaded(Tx tx, List<String> devices) {
        return tx.handle()
                .createQuery("select device_id from device where device_id = any(:ids)"
                        + " and (select count(*) from jsonb_object_keys(labels)) > :most order by 1 limit 1")
                .bindArray("ids", String.class, devices)
                .bind("most", MAX_LABELS)
                .mapTo(String.class)
                .findOne();
    }

    /** Makes devices those of a static fleet; how many were in another. */
    int move(Tx tx, List<String> devices, String fleet, Instant now, String why) {
        return tx.handle()
                .createQuery("""
                        with changed as (
                            update device set fleet = :fleet where device_id = any(:ids) and fleet <> :fleet
                            returning device_id),
                        told as (%s)
                        select count(*) from told""".formatted(TOLD))
                .bindArray("ids", String.class, devices)
                .bind("fleet", fleet)
                .bind("now", now)
                .bind("kind", "MOVED")
                .bind("reason", why)
                .mapTo(Integer.class)
                .one();
    }

    private String write(Map<String, String> labels) {
        try {
            return json.writeValueAsString(labels);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("labels are always writable", e);
        }
    }
}
