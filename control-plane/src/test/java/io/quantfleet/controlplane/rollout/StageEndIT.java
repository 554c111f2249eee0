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

/**
 * What a rollout does when the last of its devices is done. Everything happens in a transaction that is undone, so nobody else
 * drives the rollout.
 */
@QuarkusTest
@WithTestResource(EmbeddedParts.class)
class StageEndIT extends WorkerStory {
    private static final UUID ROLLOUT = UUID.fromString("6f0d1c3e-58a2-4d0e-9f5b-0c4a51a7e1d0");
    private static final String STAGES = "[{\"name\": \"one\", \"devices\": 1}, {\"name\": \"all\", \"percent\": 100}]";

    @Inject
    Database database;

    @Inject
    RolloutDriver driver;

    @Inject
    JdbiRollouts rollouts;

    @Inject
    JdbiDeployments deployments;

    @Test
    void goesThroughWhatIsLeftInOneGoOnceTheLastDeviceIsDone() throws IOException {
        quantizedModel("ends");

        database.useTransaction(tx -> tx.undone(() -> {
            runs(tx);
            boolean moreWhileOneIsUnderWay = driver.step(tx, ROLLOUT);
            RolloutState whileOneIsUnderWay = state(tx);
            lastDeviceIsDone(tx);

            int steps = 0;
            while (driver.step(tx, ROLLOUT)) {
                steps++;
            }

            assertThat(moreWhileOneIsUnderWay).isFalse();
            assertThat(whileOneIsUnderWay)
                    .isInstanceOfSatisfying(RolloutState.Running.class, running -> assertThat(running.phase())
                            .isEqualTo(RolloutState.Phase.OPENING));
            assertThat(state(tx)).isEqualTo(new RolloutState.Finished());
            assertThat(steps).as("from opening to soaking, judging and the end").isEqualTo(2);
            return true;
        }));
    }

    @Test
    void knowsWhetherADeploymentWasTheLastOfItsRollout() throws IOException {
        quantizedModel("ends-again");

        database.useTransaction(tx -> tx.undone(() -> {
            runs(tx);
            List<UUID> all = tx.handle()
                    .createQuery("select id from deployment where rollout_id = :rollout")
                    .bind("rollout", ROLLOUT)
                    .mapTo(UUID.class)
                    .list();
            boolean whileOneIsUnderWay = deployments.isNoneLeftBeside(tx, all);

            lastDeviceIsDone(tx);

            assertThat(all).hasSize(2);
            assertThat(whileOneIsUnderWay).isFalse();
            assertThat(deployments.isNoneLeftBeside(tx, all)).isTrue();
            return true;
        }));
    }

    private RolloutState state(Tx tx) {
        return rollouts.find(tx, ROLLOUT).orElseThrow().state();
    }

    /** The last stage of a rollout to two devices: one serves the variant, the other fetches it. */
    private static void runs(Tx tx) {
        tx.handle().createScript("""
                        insert into fleet (name, created_at) values ('ends', now());
                        insert into device (device_id, device_class, fleet, lifecycle)
                            select 'ends-' || n, 'rpi-cpu', 'ends', 'REGISTERED' from generate_series(1, 2) n;
                        insert into rollout (id, fleet, model_name, model_version, strategy, state, stage, phase,
                                since, created_at, began_at)
                            select '%1$s', 'ends', v.model_name, v.model_version, '{"stages": %2$s}', 'RUNNING', 1,
                                'OPENING', now(), now(), now()
                            from variant v where v.model_name like 'ends%%' order by v.created_at desc limit 1;
                        insert into rollout_variant (rollout_id, device_class, job_id)
                            select r.id, v.device_class, v.job_id from rollout r
                            join variant v on v.model_name = r.model_name where r.id = '%1$s';
                        insert into deployment (id, rollout_id, device_id, variant_job_id, sequence, manifest, issued_at,
                                expires_at, published_at, state, state_at, finished_at)
                            select gen_random_uuid(), r.id, d.device_id, v.job_id, 1, '', now(), now() + interval '1 day',
                                now(), case when d.device_id = 'ends-1' then 'ACTIVE' else 'FETCHING' end, now(),
                                case when d.device_id = 'ends-1' then now() end
                            from rollout r join device d on d.fleet = r.fleet
                            join rollout_variant v on v.rollout_id = r.id and v.device_class = d.device_class
                            where r.id = '%1$s';
                        insert into rollout_member (rollout_id, device_id, stage, deployment_id)
                            select rollout_id, device_id, 1, id from deployment where rollout_id = '%1$s'
                        """.formatted(ROLLOUT, STAGES)).execute();
    }

    private static void lastDeviceIsDone(Tx tx) {
        tx.handle()
                .createUpdate("update deployment set state = 'ACTIVE', finished_at = now() where rollout_id = :rollout")
                .bind("rollout", ROLLOUT)
                .execute();
    }
}
