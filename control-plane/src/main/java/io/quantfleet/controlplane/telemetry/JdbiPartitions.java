package io.quantfleet.controlplane.telemetry;

import io.quantfleet.controlplane.storage.Rows;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Makes and drops the partitions of one table at a time, of several instances one. */
@Singleton
class JdbiPartitions {
    /** A table that is written to all the time is not held up: what could not be done now is done at the next look. */
    private static final String PATIENCE = "set local lock_timeout = '2s'";

    /**
     * A table's partitions as they should be.
     *
     * @param width of a partition
     * @param retention how long rows are kept; partitions that are older as a whole are dropped
     * @param ahead how far into the future there must be partitions
     */
    record Plan(String table, Duration width, Duration retention, Duration ahead) {}

    /** The time that a table's partitions cover; {@code from} is absent from the first one, which reaches far back. */
    record Covered(Instant from, Instant to) {
        boolean holds(Instant at) {
            return !at.isBefore(from) && at.isBefore(to);
        }
    }

    private record Partition(String name, Instant end) {}

    /** Brings a table's partitions up to date. */
    Covered bringUpToDate(Tx tx, Plan plan, Instant now) {
        tx.handle().execute("select pg_advisory_xact_lock(hashtext('telemetry_partition'))");
        tx.handle().execute(PATIENCE);
        List<Partition> partitions = new ArrayList<>(existing(tx, plan.table()));
        while (end(partitions).isBefore(now.plus(plan.ahead()))) {
            partitions.add(create(tx, plan, end(partitions)));
        }
        Instant from = Instant.MIN;
        Instant oldest = now.minus(plan.retention());
        while (partitions.size() > 1 && !partitions.get(0).end().isAfter(oldest)) {
            from = partitions.get(0).end();
            drop(tx, plan.table(), partitions.remove(0));
        }
        boolean isFirst = partitions.get(0).name().endsWith("_first");
        Instant begin = isFirst ? Instant.MIN : beginning(tx, plan.table(), partitions.get(0));
        return new Covered(from.isAfter(begin) ? from : begin, end(partitions));
    }

    private static Instant end(List<Partition> partitions) {
        return partitions.get(partitions.size() - 1).end();
    }

    private static List<Partition> existing(Tx tx, String table) {
        return tx.handle()
                .createQuery(
                        "select name, ends_at from telemetry_partition where parent = :table" + " order by ends_at")
                .bind("table", table)
                .map((row, context) -> new Partition(row.getString("name"), Rows.instant(row, "ends_at")))
                .list();
    }

    private static Instant beginning(Tx tx, String table, Partition partition) {
        return tx.handle()
                .createQuery("select begins_at from telemetry_partition where parent = :table and name = :name")
                .bind("table", table)
                .bind("name", partition.name())
                .map((row, context) -> Rows.instant(row, "begins_at"))
                .one();
    }

    private static Partition create(Tx tx, Plan plan, Instant from) {
        Instant to = Resolution.floor(from.plus(plan.width()), plan.width());
        String name = plan.table() + "_" + from.getEpochSecond();
        // Made beside its table and then attached, which readers and writers of the table don't wait for.
        tx.handle()
                .execute("create table " + name + " (like " + plan.table() + " including defaults including indexes)"
                        + " with (fillfactor = 70)");
        tx.handle()
                .execute("alter table " + plan.table() + " attach partition " + name + " for values from ('" + from
                        + "') to ('" + to + "')");
        tx.handle()
                .createUpdate("insert into telemetry_partition (parent, name, begins_at, ends_at)"
                        + " values (:table, :name, :from, :to)")
                .bind("table", plan.table())
                .bind("name", name)
                .bind("from", from)
                .bind("to", to)
                .execute();
        return new Partition(name, to);
    }

    private static void drop(Tx tx, String table, Partition partition) {
        tx.handle().execute("alter table " + table + " detach partition " + partition.name());
        tx.handle().execute("drop table " + partition.name());
        tx.handle()
                .createUpdate("delete from telemetry_partition where parent = :table and name = :name")
                .bind("table", table)
                .bind("name", partition.name())
                .execute();
    }
}
