package io.quantfleet.controlplane.rollout;

import static io.quantfleet.controlplane.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.controlplane.testing.Api;
import io.quantfleet.controlplane.testing.EmbeddedParts;
import io.quantfleet.controlplane.testing.FakeWorker;
import io.quantfleet.controlplane.testing.Story;
import io.quantfleet.protocols.artifact.ObjectStore;
import io.quantfleet.protocols.v1.DeviceReported;
import io.quantfleet.protocols.v1.DeviceState;
import io.quantfleet.protocols.v1.ReportedState;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/**
 * Several control planes on one database: besides the one that runs, a second engine drives the same rollouts on a thread
 * of its own, and every report is taken in twice, at the same time. Devices are rows; what they say is said here.
 */
@QuarkusTest
@WithTestResource(EmbeddedParts.class)
class TwoInstancesIT {
    private static final int ROLLOUTS = 20;
    private static final int DEVICES = 40;

    @ConfigProperty(name = "quantfleet.kafka.bootstrap-servers")
    String bootstrapServers;

    @Inject
    ObjectStore store;

    @Inject
    Database database;

    @Inject
    JdbiRollouts rollouts;

    @Inject
    JdbiDeployments deployments;

    @Inject
    JdbiMembers members;

    @Inject
    JdbiStages stages;

    @Inject
    JdbiStageFigures figures;

    @Inject
    Orders orders;

    @Inject
    Moves moves;

    @Inject
    Deployer deployer;

    @Inject
    RolloutEngine engine;

    @Inject
    DeviceReportedHandler handler;

    @Inject
    Clock clock;

    @Inject
    RolloutSettings settings;

    private RolloutTicker secondInstance() {
        return new RolloutTicker(
                database,
                new RolloutDriver(
                        rollouts,
                        deployments,
                        engine,
                        moves,
                        new StageRunner(members, stages, figures, moves, orders, clock),
                        new Rollbacks(members, deployments, orders, moves, deployer, clock),
                        clock),
                settings);
    }

    @Test
    void drivesEveryRolloutOnce() throws IOException, InterruptedException {
        Api.awaitReady();
        try (FakeWorker worker = new FakeWorker(bootstrapServers)) {
            Story.quantizedModel(worker, store, "driven-twice");
        }
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < ROLLOUTS; i++) {
            String fleet = "twice-" + i;
            Api.createFleet(fleet);
            Api.token(fleet, "rpi-cpu", 1);
            enrolRows(fleet);
            ids.add(Story.startRollout(Map.of(
                    "fleet",
                    fleet,
                    "model",
                    "driven-twice",
                    "version",
                    1,
                    "strategy",
                    Map.of(
                            "stages",
                            List.of(
                                    Map.of("name", "some", "percent", 25, "concurrency", 3),
                                    Map.of("name", "all", "percent", 100))))));
        }
        try (RolloutTicker second = secondInstance()) {
            second.start();
            await().until(() -> {
                reportAll();
                return Api.get("rollouts")
                        .getList("findAll { it.state == 'FINISHED' }.id")
                        .containsAll(ids);
            });
        }

        for (String id : ids) {
            assertThat(Api.get("rollouts/" + id + "/history")
                            .getList("collect { it.action + ' ' + it.to.stage + ' ' + it.to.phase }"))
                    .doesNotHaveDuplicates();
        }
        assertThat(
                        count(
                                "select count(*) from deployment d join device e using (device_id) where e.fleet like 'twice-%'"))
                .isEqualTo(ROLLOUTS * DEVICES);
        assertThat(count("select count(*) from device where fleet like 'twice-%' and last_sequence = 1"))
                .isEqualTo(ROLLOUTS * DEVICES);
        assertThat(count("select count(*) from device_event v join device e using (device_id)"
                        + " where e.fleet like 'twice-%' and v.kind = 'DEPLOYED'"))
                .isEqualTo(ROLLOUTS * DEVICES);
        assertThat(count("select count(*) from device_event v join device e using (device_id)"
                        + " where e.fleet like 'twice-%' and v.state = 'ACTIVE'"))
                .isEqualTo(ROLLOUTS * DEVICES);
    }

    private void enrolRows(String fleet) {
        database.useTransaction(tx -> tx.handle()
                .createUpdate("""
                        insert into device (device_id, device_class, fleet, token_hash, enrolled_at)
                        select :fleet || '-' || n, 'rpi-cpu', :fleet,
                            (select token_hash from enrolment_token where fleet = :fleet limit 1), now()
                        from generate_series(1, :count) n""")
                .bind("fleet", fleet)
                .bind("count", DEVICES)
                .execute());
    }

    /** Every device that was asked and has not answered answers, to two consumers at once. */
    private void reportAll() throws InterruptedException {
        List<DeviceReported> reports = database.inTransaction(tx -> tx.handle()
                .createQuery("""
                        select d.id, d.device_id, d.sequence from deployment d join device e using (device_id)
                        where e.fleet like 'twice-%' and d.finished_at is null and d.published_at is not null limit 500""")
                .map((row, context) -> DeviceReported.newBuilder()
                        .setState(ReportedState.newBuilder()
                                .setDeviceId(row.getString("device_id"))
                                .setReportNumber(row.getLong("sequence"))
                                .setDeploymentId(row.getString("id"))
                                .setState(DeviceState.DEVICE_STATE_ACTIVE))
                        .build())
                .list());
        CountDownLatch done = new CountDownLatch(2);
        for (int i = 0; i < 2; i++) {
            Thread consumer = new Thread(() -> {
                database.useTransaction(tx -> handler.handleAll(tx, reports));
                done.countDown();
            });
            consumer.start();
        }
        done.await();
    }

    private int count(String sql) {
        return database.inTransaction(
                tx -> tx.handle().createQuery(sql).mapTo(Integer.class).one());
    }
}
