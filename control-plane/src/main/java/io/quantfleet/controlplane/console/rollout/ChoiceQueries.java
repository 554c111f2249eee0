package io.quantfleet.controlplane.console.rollout;

import io.quantfleet.controlplane.console.ConsoleDatabase;
import jakarta.inject.Singleton;
import java.util.List;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

/** What a rollout can be made of. */
@Singleton
class ChoiceQueries {
    private static final int LIMIT = 200;

    private static final String CHOICES = """
            select v.model_name as model, v.model_version as version,
                   string_agg(v.device_class, ', ' order by v.device_class) as ready
              from variant v join current_quantization_job j on j.id = v.job_id
             where v.verdict = 'READY'
             group by 1, 2 order by max(v.created_at) desc, 1, 2 desc limit :limit
            """;

    private static final String TARGETS = """
            select f.name, coalesce(m.devices, 0) as devices
              from fleet f left join (select fleet, count(*) as devices from fleet_device group by fleet) m on m.fleet = f.name
             order by f.name limit :limit
            """;

    private final ConsoleDatabase database;

    ChoiceQueries(ConsoleDatabase database) {
        this.database = database;
    }

    /** Versions with at least one variant that is ready, the newest first. */
    List<Choice> choices() {
        return database.read(handle -> handle.createQuery(CHOICES)
                .bind("limit", LIMIT)
                .map(ConstructorMapper.of(Choice.class))
                .list());
    }

    List<Target> targets() {
        return database.read(handle -> handle.createQuery(TARGETS)
                .bind("limit", LIMIT)
                .map(ConstructorMapper.of(Target.class))
                .list());
    }
}
