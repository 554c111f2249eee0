package io.quantfleet.controlplane.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.controlplane.testing.Api;
import io.quantfleet.controlplane.testing.EmbeddedParts;
import io.quantfleet.controlplane.testing.FakeWorker;
import io.quantfleet.controlplane.testing.Patience;
import io.quantfleet.controlplane.testing.Story;
import io.quantfleet.protocols.artifact.ObjectStore;
import io.quantfleet.protocols.v1.DeviceReported;
import io.quantfleet.protocols.v1.DeviceState;
import io.quantfleet.protocols.v1.ReportedState;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a rollout over a hundred thousand devices costs. Prints its figures. */
@QuarkusTest
@WithTestResource(EmbeddedParts.class)
@Tag("slow")
class LargeFleetIT {
    private static final Logger LOG = Logger.getLogger(LargeFleetIT.class);
    private static final int DEVICES = 100_000;
    private static final int REPORTING = 10_000;
    private static final int BATCH = 1000;

    @ConfigProperty(name = "quantfleet.kafka.bootstrap-servers")
    String bootstrapServers;

    @Inject
    ObjectStore store;

    @Inject
    Database database;

    @Inject
    DeviceReportedHandler handler;

    @Test
    void isCreatedWithinSecondsAndItsReportsAreTakenInByTheBatch() throws IOException {
        Api.awaitReady();
        try (FakeWorker worker = new FakeWorker(bootstrapServers)) {
            Story.quantizedModel(worker, store, "large");
        }
        Api.createFleet("large");
        Api.token("large", "rpi-cpu", 1);
        database.useTransaction(
                tx -> tx.handle().createUpdate("""
                        insert into device (device_id, device_class, fleet, token_hash, enrolled_at)
                        select 'large-' || n, 'rpi-cpu', 'large',
                            (select token_hash from enrolment_token where fleet = 'large' limit 1), now()
                        from generate_series(1, :count) n""").bind("count", DEVICES).execute());

        Map<String, ?> request = Map.of(
                "fleet",
                "large",
                "model",
                "large",
                "version",
                1,
                "strategy",
                Map.of(
                        "stages",
                        List.of(
                                Map.of("name", "canary", "percent", 10, "soak", "PT1H"),
                                Map.of("name", "all", "percent", 100, "approval", true))));
        long previewed = nanos(() -> Api.post("rollouts?dryRun=true", request).statusCode(200));
        long created = System.nanoTime();
        String rollout = Story.startRollout(request);
        long answered = System.nanoTime() - created;
        await(() -> count("select count(*) from rollout_member where rollout_id = '" + rollout + "'") == REPORTING);
        long chosen = System.nanoTime() - created;
        await(() -> count("select count(*) from deployment where rollout_id = '" + rollout
                        + "' and published_at is not null")
                == REPORTING);
        long published = System.nanoTime() - created;
        long ingest = nanos(() -> reportAll(rollout));
        await(() -> Api.get("rollouts/" + rollout).getString("phase").equals("SOAKING"));

        LOG.infof(
                "devices=%d previewSeconds=%.2f createdSeconds=%.2f membersChosenSeconds=%.2f asked=%d"
                        + " publishedSeconds=%.2f reports=%d reportsPerSecond=%.0f",
                DEVICES,
                previewed / 1e9,
                answered / 1e9,
                chosen / 1e9,
                REPORTING,
                published / 1e9,
                2 * REPORTING,
                2 * REPORTING / (ingest / 1e9));
        assertThat(Duration.ofNanos(chosen)).isLessThan(Duration.ofSeconds(5));
    }

    private void reportAll(String rollout) {
        List<DeviceReported> reports = database
                .inTransaction(tx -> tx.handle()
                        .createQuery("select id, device_id from deployment where rollout_id = cast(:rollout as uuid)")
                        .bind("rollout", rollout)
                        .map((row, context) -> ReportedState.newBuilder()
                                .setDeviceId(row.getString("device_id"))
                                .setDeploymentId(row.getString("id")))
                        .list())
                .stream()
                .flatMap(state -> List.of(
                        report(state, 1, DeviceState.DEVICE_STATE_FETCHING),
                        report(state, 2, DeviceState.DEVICE_STATE_ACTIVE))
                        .stream())
                .toList();
        for (int i = 0; i < reports.size(); i += BATCH) {
            List<DeviceReported> batch = new ArrayList<>(reports.subList(i, Math.min(i + BATCH, reports.size())));
            database.useTransaction(tx -> handler.handleAll(tx, batch));
        }
    }

    private static DeviceReported report(ReportedState.Builder state, long number, DeviceState reported) {
        return DeviceReported.newBuilder()
                .setState(state.clone().setReportNumber(number).setState(reported))
                .build();
    }

    private static long nanos(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return System.nanoTime() - start;
    }

    private static void await(java.util.concurrent.Callable<Boolean> condition) {
        Patience.await()
                .atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(50))
                .until(condition);
    }

    private int count(String sql) {
        return database.inTransaction(
                tx -> tx.handle().createQuery(sql).mapTo(Integer.class).one());
    }
}
