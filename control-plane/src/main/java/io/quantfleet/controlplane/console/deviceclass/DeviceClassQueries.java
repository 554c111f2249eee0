package io.quantfleet.controlplane.console.deviceclass;

import io.quantfleet.controlplane.console.ConsoleDatabase;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

/** Reads device classes. */
@Singleton
class DeviceClassQueries {
    private static final String ROWS = """
            select c.name, c.profile, c.built_in, c.created_at,
                   (select count(*) from device d where d.device_class = c.name) as devices,
                   (select count(*) from device d where d.device_class = c.name and d.online) as online,
                   (select count(*) from variant v where v.device_class = c.name and v.verdict = 'READY') as variants,
                   exists (select from quantization_job j where j.device_class = c.name)
                       or exists (select from device d where d.device_class = c.name)
                       or exists (select from enrolment_token t where t.device_class = c.name) as used
              from device_class c
             where :name = '' or c.name = :name
             order by c.built_in desc, c.name
            """;

    private final ConsoleDatabase database;

    DeviceClassQueries(ConsoleDatabase database) {
        this.database = database;
    }

    List<DeviceClassRow> list() {
        return rows("");
    }

    Optional<DeviceClassRow> deviceClass(String name) {
        return rows(name).stream().findFirst();
    }

    private List<DeviceClassRow> rows(String name) {
        return database.read(handle -> handle.createQuery(ROWS)
                .bind("name", name)
                .map(ConstructorMapper.of(DeviceClassRow.class))
                .list());
    }
}
