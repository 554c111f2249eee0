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

    /** Events that have not been relayed to Kafka yet. */
    long outbox(Tx tx) {
        return tx.handle()
                .createQuery("select count(*) from outbox")
                .mapTo(Long.class)
                .one();
    }
}
