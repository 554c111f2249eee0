package io.quantfleet.controlplane.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.controlplane.testing.EmbeddedParts;
import io.quantfleet.controlplane.testing.WorkerStory;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What it takes to find devices that joined fleets after their rollouts. */
@QuarkusTest
@WithTestResource(EmbeddedParts.class)
class LatecomersIT extends WorkerStory {
    private static final int FLEETS = 60;
    private static final int DEVICES = 6_000;

    @Inject
    Database database;

    @Inject
    JdbiRollouts rollouts;

    @Test
    void areFoundByReadingEachDeviceAFewTimesHoweverManyFleetsThereAre() throws IOException {
        quantizedModel("latecomers");

        database.useTransaction(tx -> tx.undone(() -> {
            settledFleets(tx);
            long before = read(tx, "device");

            assertThat(rollouts.withLatecomers(tx)).doesNotContainAnyElementsOf(settled(tx));

            assertThat(read(tx, "device") - before).isLessThan(4 * count(tx, "device"));
            return true;
        }));
    }

    /** Fleets whose devices all have what their rollout brought. */
    private static void settledFleets(Tx tx) {
        tx.handle().createScript("""
                        insert into fleet (name, created_at) select 'settled-' || n, now() from generate_series(1, %1$d) n;
                        insert into device (device_id, device_class, fleet, lifecycle)
                            select 'settled-' || n, 'rpi-cpu', 'settled-' || (1 + n %% %1$d), 'REGISTERED' from generate_series(1, %2$d) n;
                        insert into rollout (id, fleet, model_name, model_version, strategy, state, created_at, began_at,
                                finished_at)
                            select gen_random_uuid(), 'settled-' || n, 'latecomers', 1, '{"stages": []}', 'FINISHED', now(),
                                now(), now() from generate_series(1, %1$d) n;
                        insert into rollout_variant (rollout_id, device_class, job_id)
                            select r.id, v.device_class, v.job_id from rollout r
                            join variant v on v.model_name = r.model_name where r.fleet like 'settled-%%';
                        insert into deployment (id, rollout_id, device_id, variant_job_id, sequence, manifest, issued_at,
                                expires_at, published_at, state, state_at, finished_at)
                            select gen_random_uuid(), r.id, d.device_id, v.job_id, 1, '', now(), now(), now(), 'ACTIVE',
                                now(), now()
                            from rollout r join device d on d.fleet = r.fleet
                            join rollout_variant v on v.rollout_id = r.id and v.device_class = d.device_class
                            where r.fleet like 'settled-%%';
                        insert into rollout_member (rollout_id, device_id, stage, deployment_id)
                            select rollout_id, device_id, 0, id from deployment where device_id like 'settled-%%';
                        analyze device""".formatted(FLEETS, DEVICES)).execute();
    }

    private static List<UUID> settled(Tx tx) {
        return tx.handle()
                .createQuery("select id from rollout where fleet like 'settled-%'")
                .mapTo(UUID.class)
                .list();
    }

    /** How many rows of a table this transaction has read. */
    private static long read(Tx tx, String table) {
        return tx.handle()
                .createQuery(
                        "select seq_tup_read + coalesce(idx_tup_fetch, 0) from pg_stat_xact_user_tables where relname = :t")
                .bind("t", table)
                .mapTo(Long.class)
                .one();
    }

    private static long count(Tx tx, String table) {
        return tx.handle()
                .createQuery("select count(*) from " + table)
                .mapTo(Long.class)
                .one();
    }
}
