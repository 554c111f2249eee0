package io.quantfleet.controlplane.telemetry;

import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.util.List;

/** How many there are of what, for gauges. */
@Singleton
class JdbiCounts {
    /** Devices of one fleet and class in one state. */
    record Devices(String fleet, String deviceClass, String state, boolean online, long count) {}

    /** Jobs in one state. */
    record Jobs(String state, long count) {}

    List<Devices> devices(Tx tx) {
        return tx.handle()
                .createQuery("""
                        select fleet, device_class, state, online, count(*) as count from device
                        where lifecycle <> 'DECOMMISSIONED'
                        group by fleet, device_class, state, online""")
                .map((row, context) -> new Devices(
                        row.getString("fleet"),
                        row.getString("device_class"),
                        row.getString("state"),
                        row.getBoolean("online"),
                        row.getLong("count")))
                .list();
    }

    List<Jobs> jobs(Tx tx) {
        return tx.handle()
                .createQuery("select state, count(*) as count from quantization_job group by state")
                .map((row, context) -> new Jobs(row.getString("state"), row.getLong("count")))
                .list();
    }

    /** Rollouts, or devices of a rollout, of one fleet in one state. */
    record ByState(String fleet, String state, long count) {}

    List<ByState> rollouts(Tx tx) {
        return byState(tx, "select fleet, state, count(*) as count from rollout group by fleet, state");
    }

    /** Devices in the latest rollout of each fleet. */
    List<ByState> deployments(Tx tx) {
        return byState(tx, """
                with latest as (select distinct on (fleet) id, fleet from rollout order by fleet, created_at desc)
                select l.fleet, d.state, count(*) as count
                  from latest l join deployment d on d.rollout_id = l.id group by l.fleet, d.state""");
    }

    private static List<ByState> byState(Tx tx, String sql) {
        return tx.handle()
                .createQuery(sql)
                .map((row, context) ->
                        new ByState(row.getString("fleet"), row.getString("state"), row.getLong("count")))
                .list();
    }

    /** Events that have not been relayed to Kafka yet. */
    long outbox(Tx tx) {
        return tx.handle()
                .createQuery("select count(*) from outbox")
                .mapTo(Long.class)
                .one();
    }
}
