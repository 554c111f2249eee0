package io.quantfleet.controlplane.console.fleet;

import io.quantfleet.controlplane.console.ConsoleDatabase;
import io.quantfleet.controlplane.console.device.DeviceCondition;
import io.quantfleet.controlplane.filter.SqlFilter;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.jdbi.v3.core.statement.Query;

/** Reads fleets. */
@Singleton
public class FleetQueries {
    /** Fleets by name, and of those the first in some order. */
    private static final String ROWS = """
            with chosen as materialized (
                     select name, description, query, created_at
                       from (select f.*, (select count(*) from fleet_device d where d.fleet = f.name) as devices from fleet f) f
                      where %s order by f.name limit :limit),
                 groups as (
                     select d.fleet, %s as condition, d.active_model_name, d.active_model_version, count(*) as n
                       from device d
                      where d.lifecycle <> 'DECOMMISSIONED' and d.fleet = any (array(select name from chosen)) group by 1, 2, 3, 4
                     union all
                     select m.fleet, %s, d.active_model_name, d.active_model_version, count(*)
                       from fleet_query_member m join device d on d.device_id = m.device_id
                      where m.fleet = any (array(select name from chosen)) group by 1, 2, 3, 4),
                 counts as (select fleet, sum(n) as devices, sum(n) filter (where condition = 'ACTIVE') as active,
                                   sum(n) filter (where condition = 'UPDATING') as updating,
                                   sum(n) filter (where condition = 'IDLE') as idle,
                                   sum(n) filter (where condition = 'OFFLINE') as offline,
                                   sum(n) filter (where condition = 'FAILED') as failed
                              from groups group by fleet),
                 versions as (select fleet, active_model_name || ' v' || active_model_version as version, sum(n) as n
                                from groups where active_model_name is not null group by 1, 2)
            select f.name, f.description, f.query, f.created_at, coalesce(c.devices, 0) as devices,
                   coalesce(c.active, 0) as active, coalesce(c.updating, 0) as updating, coalesce(c.idle, 0) as idle,
                   coalesce(c.offline, 0) as offline, coalesce(c.failed, 0) as failed,
                   (select string_agg(version, ', ' order by n desc, version) from versions v where v.fleet = f.name)
                       as serving
              from chosen f left join counts c on c.fleet = f.name
             order by %s
            """;

    private static final String BY_NAME = "f.name";
    private static final String WORST_FIRST = "coalesce(c.failed, 0) desc, coalesce(c.offline, 0) desc, f.name";
    private static final int COMPARED = 500;

    private static final String SERVING = """
            select d.device_class, coalesce(active_model_name, '') as model_name,
                   coalesce(active_model_version, 0) as model_version,
                   coalesce(active_variant_sha256, '') as variant_sha256,
                   count(*) as devices, count(*) filter (where online) as online
              from device d join fleet_device m on m.device_id = d.device_id and m.fleet = :name
             group by 1, 2, 3, 4 order by 1, 5 desc
            """;

    private final ConsoleDatabase database;

    FleetQueries(ConsoleDatabase database) {
        this.database = database;
    }

    /** At most {@code limit} fleets that match, by their names, behind the name {@code after}. */
    List<FleetRow> list(SqlFilter filter, String after, int limit) {
        String which = filter.condition() + " and (:after = '' or f.name > :after)";
        return database.read(handle -> rows(
                handle.createQuery(ROWS.formatted(which, DeviceCondition.SQL, DeviceCondition.SQL, BY_NAME))
                        .bindMap(filter.values())
                        .bind("after", after),
                limit));
    }

    /** The fleets with most failed devices first, then those with most that are offline. */
    public List<FleetRow> worst(int limit) {
        return database
                .read(handle -> rows(
                        handle.createQuery(
                                ROWS.formatted("true", DeviceCondition.SQL, DeviceCondition.SQL, WORST_FIRST)),
                        COMPARED))
                .stream()
                .limit(limit)
                .toList();
    }

    Optional<FleetRow> fleet(String name) {
        return database
                .read(handle -> rows(
                        handle.createQuery(ROWS.formatted(
                                        "f.name = :name", DeviceCondition.SQL, DeviceCondition.SQL, BY_NAME))
                                .bind("name", name),
                        1))
                .stream()
                .findFirst();
    }

    private static List<FleetRow> rows(Query query, int limit) {
        return query.bind("limit", limit)
                .map(ConstructorMapper.of(FleetRow.class))
                .list();
    }

    List<ServingRow> serving(String name) {
        return database.read(handle -> handle.createQuery(SERVING)
                .bind("name", name)
                .map(ConstructorMapper.of(ServingRow.class))
                .list());
    }
}
