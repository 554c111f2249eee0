package io.quantfleet.controlplane.live;

import io.quantfleet.controlplane.storage.Database;
import jakarta.inject.Singleton;

/** Reads the current revision. Cheap whatever the size of the history: indexes, or tables of one row per device. */
@Singleton
class JdbiRevisions {
    private static final String CURRENT = """
            select
                (select hashtext(concat_ws(',', count(*), count(*) filter (where online), sum(report_number),
                        sum(fetched_bytes), (select max(id) from device_event), (select count(*) from fleet),
                        (select count(*) from device_class)))
                   from device) as devices,
                (select hashtext(concat_ws(',', count(*), count(started_at), count(finished_at), sum(progress), sum(jsonb_array_length(rungs)), sum(jsonb_array_length(training)),
                        count(distinct step), (select count(*) from model_version), (select count(*) from variant)))
                   from quantization_job) as models,
                (select hashtext(concat_ws(',', count(*), sum(fetched_bytes), max(state_at),
                        (select concat_ws('/', count(*), count(finished_at), max(finished_at)) from rollout), (select max(id) from rollout_event)))
                   from deployment where finished_at is null) as rollouts,
                (select hashtext(concat_ws(',', max(minute), sum(windows), sum(inferences)))
                   from telemetry_minute where minute > now() - interval '10 minutes') as telemetry
            """;

    private final Database database;

    JdbiRevisions(Database database) {
        this.database = database;
    }

    Revision current() {
        return database.inTransaction(tx -> tx.handle()
                .createQuery(CURRENT)
                .map((row, context) -> new Revision(
                        row.getInt("devices"), row.getInt("models"), row.getInt("rollouts"), row.getInt("telemetry")))
                .one());
    }
}
