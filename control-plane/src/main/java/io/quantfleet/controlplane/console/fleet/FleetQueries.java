package io.quantfleet.controlplane.console.fleet;

import io.quantfleet.controlplane.console.ConsoleDatabase;
import io.quantfleet.controlplane.console.device.DeviceCondition;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

/** Reads fleets. */
@Singleton
public class FleetQueries {
    private static final String ROWS = """
            with conditions as (select m.fleet, %s as condition
                                  from fleet_device m join device d on d.device_id = m.device_id),
                 counts as (select fleet, count(*) as devices,
                                   count(*) filter (where condition = 'ACTIVE') as active,
                                   count(*) filter (where condition = 'UPDATING') as updating,
                                   count(*) filter (where condition = 'IDLE') as idle,
                                   count(*) filter (where condition = 'OFFLINE') as offline,
                                   count(*) filter (where condition = 'FAILED') as failed
                              from conditions group by fleet),
                 versions as (select m.fleet, d.active_model_name || ' v' || d.active_model_version as version, count(*) as n
                                from fleet_device m join device d on d.device_id = m.device_id
                               where d.active_model_name is not null group by 1, 2)
            select f.name, f.description, f.query, f.created_at,
                   coalesce(c.devices, 0) as devices, coalesce(c.active, 0) as active,
                   coalesce(c.updating, 0) as updating, coalesce(c.idle, 0) as idle,
                   coalesce(c.offline, 0) as offline, coalesce(c.failed, 0) as failed,
                   (select string_agg(version, ', ' order by n desc, version) from versions v where v.fleet = f.name)
                       as serving
              from fleet f left join counts c on c.fleet = f.name
             where :name = '' or f.name = :name
             order by f.name
            """.formatted(DeviceCondition.SQL);

    private static final String SERVING = """
            select device_class, coalesce(active_model_name, '') as model_name,
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

    public List<FleetRow> list() {
        return rows("");
    }

    Optional<FleetRow> fleet(String name) {
        return rows(name).stream().findFirst();
    }

    List<ServingRow> serving(String name) {
        return database.read(handle -> handle.createQuery(SERVING)
                .bind("name", name)
                .map(ConstructorMapper.of(ServingRow.class))
                .list());
    }

    private List<FleetRow> rows(String name) {
        return database.read(handle -> handle.createQuery(ROWS)
                .bind("name", name)
                .map(ConstructorMapper.of(FleetRow.class))
                .list());
    }
}
