package io.quantfleet.controlplane.registration;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quantfleet.controlplane.device.Lifecycle;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.statement.SqlStatement;

/** Registrations in the database, a batch in each statement. */
@Singleton
class JdbiRegistrations {
    private static final TypeReference<Map<String, String>> LABELS = new TypeReference<>() {};

    private static final String GIVEN = """
            with given as (
                select * from unnest(:ids, :classes, :fleets, :labels) as g (device_id, device_class, fleet, labels))
            """;

    private final ObjectMapper json;

    JdbiRegistrations(ObjectMapper json) {
        this.json = json;
    }

    /** Those of the devices that are known, by their ids, their rows held until the transaction ends. */
    Map<String, Known> lock(Tx tx, List<Registration> batch) {
        return tx
                .handle()
                .createQuery("""
                        select device_id, device_class, fleet, assigned_labels, lifecycle from device
                        where device_id = any(:ids) order by device_id for update""")
                .bindArray("ids", String.class, ids(batch))
                .map((row, context) -> Map.entry(row.getString("device_id"), known(row)))
                .list()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** Registers devices that were not known; the ids of those that nobody else registered at the same time. */
    Set<String> insert(Tx tx, List<Registration> batch, Instant now) {
        return new HashSet<>(given(tx.handle().createQuery(GIVEN + """
                        , made as (
                            insert into device (device_id, device_class, fleet, labels, assigned_labels, lifecycle,
                                registered_at)
                            select device_id, device_class, fleet, cast(labels as jsonb), cast(labels as jsonb),
                                'REGISTERED', cast(:now as timestamptz) from given
                            on conflict do nothing returning device_id),
                        told as (
                            insert into device_event (device_id, at, kind)
                            select device_id, cast(:now as timestamptz), 'REGISTERED' from made)
                        select device_id from made"""), batch)
                .bind("now", now)
                .mapTo(String.class)
                .list());
    }

    /**
     * Has the database count the devices anew. Until it does so by itself, within minutes, it runs queries by plans that it
     * made when there were few, which take a time that grows with the square of their number.
     */
    void analyze(Tx tx) {
        tx.handle().execute("analyze device");
    }

    /** Makes known devices as the lines say; labels that came from the devices themselves stay. */
    void update(Tx tx, List<Registration> batch) {
        given(tx.handle().createUpdate(GIVEN + """
                        update device d set device_class = g.device_class, fleet = g.fleet,
                            labels = (d.labels - array(select jsonb_object_keys(d.assigned_labels)))
                                || cast(g.labels as jsonb),
                            assigned_labels = cast(g.labels as jsonb)
                        from given g where d.device_id = g.device_id"""), batch).execute();
    }

    private <S extends SqlStatement<S>> S given(S statement, List<Registration> batch) {
        return statement
                .bindArray("ids", String.class, ids(batch))
                .bindArray("classes", String.class, column(batch, Registration::deviceClass))
                .bindArray("fleets", String.class, column(batch, Registration::fleet))
                .bindArray("labels", String.class, column(batch, registration -> write(registration.labels())));
    }

    private static List<Object> ids(List<Registration> batch) {
        return column(batch, registration -> registration.id().value());
    }

    private static List<Object> column(List<Registration> batch, Function<Registration, Object> value) {
        return batch.stream().map(value).toList();
    }

    private Known known(ResultSet row) throws SQLException {
        return new Known(
                row.getString("device_class"),
                row.getString("fleet"),
                read(row.getString("assigned_labels")),
                Lifecycle.valueOf(row.getString("lifecycle")));
    }

    private String write(Map<String, String> labels) {
        try {
            return json.writeValueAsString(labels);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("labels are always writable", e);
        }
    }

    private Map<String, String> read(String labels) {
        try {
            return json.readValue(labels, LABELS);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the labels in the database are broken", e);
        }
    }
}
