package io.quantfleet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.controlplane.testing.Api;
import io.quantfleet.controlplane.testing.EmbeddedParts;
import io.quantfleet.controlplane.testing.FakeDevice;
import io.quantfleet.controlplane.testing.FakeWorker;
import io.quantfleet.controlplane.testing.Story;
import io.quantfleet.protocols.artifact.ObjectStore;
import io.quantfleet.protocols.mqtt.MqttTopics.Channel;
import io.quantfleet.protocols.v1.DeviceState;
import io.quantfleet.protocols.v1.Manifest;
import io.quantfleet.protocols.v1.QuantizationFailed;
import io.quantfleet.protocols.v1.QuantizationJobRequested;
import io.quantfleet.protocols.v1.TelemetryWindow;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A model's whole way through the control plane: registered, planned, quantized, rolled out, installed, measured. */
@QuarkusTest
@WithTestResource(EmbeddedParts.class)
class EndToEndIT {
    @ConfigProperty(name = "quantfleet.kafka.bootstrap-servers")
    String bootstrapServers;

    @Inject
    ObjectStore store;

    @Inject
    Database database;

    private FakeWorker worker;

    @BeforeEach
    void start() {
        Api.awaitReady();
        worker = new FakeWorker(bootstrapServers);
    }

    @AfterEach
    void stop() {
        worker.close();
    }

    @Test
    void takesAModelToADeviceAndItsFiguresBack() throws MqttException, IOException {
        String fleet = "whole-way";
        Api.createFleet(fleet);
        byte[] variant = Story.quantizedModel(worker, store, "whole-way");

        try (FakeDevice device = Story.enrol(fleet, "device-1")) {
            String rollout = Story.startRollout(fleet, "whole-way", 1);
            Manifest manifest = device.awaitManifest(0);
            assertThat(device.fetch(manifest.getVariant())).isEqualTo(variant);
            assertThat(device.fetch(manifest.getProbeSet())).isEqualTo(Api.bytes("probe set of rpi-cpu"));

            device.report(manifest, DeviceState.DEVICE_STATE_FETCHING);
            device.report(manifest, DeviceState.DEVICE_STATE_SELF_TESTING);
            device.report(manifest, DeviceState.DEVICE_STATE_ACTIVE);
            Story.awaitRollout(rollout, "FINISHED");

            device.sendWindow(manifest, 1000);
            TelemetryWindow second = device.sendWindow(manifest, 3000);
            device.publish(Channel.TELEMETRY, second, false);
            device.sendWindow(manifest, 1000);
            Story.eventually(() -> assertThat(windowsNumbered(3)).isEqualTo(1));
            var shown = Api.get("devices/device-1");
            assertThat(shown.getInt("telemetryWindows")).isEqualTo(3);
            assertThat(shown.getString("state")).isEqualTo("ACTIVE");
            assertThat(shown.getBoolean("online")).isTrue();
            assertThat(shown.getDouble("accuracy")).isBetween(0.909, 0.910);
            assertThat(shown.getDouble("latencyMs.p50")).isBetween(0.98, 1.02);
            assertThat(shown.getDouble("latencyMs.p95")).isBetween(2.9, 3.1);
        }
        Story.eventually(() ->
                assertThat(Api.get("devices/device-1").getBoolean("online")).isFalse());
        assertThat(Api.get("devices/device-1/timeline").getList("kind", String.class))
                .startsWith("OFFLINE", "STATE")
                .contains("ENROLLED", "DEPLOYED", "ONLINE");
    }

    @Test
    void finishesARolloutWithoutGatesThoughADeviceRefusesAndCanBeAskedAgain() throws MqttException, IOException {
        Api.createFleet("refusing");
        Story.quantizedModel(worker, store, "refusing");
        try (FakeDevice device = Story.enrol("refusing", "device-2")) {
            String rollout = Story.startRollout("refusing", "refusing", 1);
            Manifest manifest = device.awaitManifest(0);
            device.report(manifest, DeviceState.DEVICE_STATE_REFUSED);
            Story.awaitRollout(rollout, "FINISHED");
            assertThat(Api.get("rollouts/" + rollout).getString("devices[0].reasonCode"))
                    .isEqualTo("SELF_TEST_FAILED");

            String next = Story.startRollout("refusing", "refusing", 1);
            assertThat(next).isNotEqualTo(rollout);
            assertThat(device.awaitManifest(manifest.getSequence()).getSequence())
                    .isGreaterThan(manifest.getSequence());
        }
    }

    @Test
    void letsANewerRolloutTakeOverFromOneThatIsUnderWay() throws MqttException, IOException {
        Api.createFleet("moving-on");
        Story.quantizedModel(worker, store, "first-choice");
        Story.quantizedModel(worker, store, "second-choice");
        try (FakeDevice device = Story.enrol("moving-on", "device-4")) {
            String first = Story.startRollout("moving-on", "first-choice", 1);
            Manifest manifest = device.awaitManifest(0);
            Api.post("rollouts", Map.of("fleet", "moving-on", "model", "first-choice", "version", 1))
                    .statusCode(200)
                    .body("id", equalTo(first));

            String second = Story.startRollout("moving-on", "second-choice", 1);
            Manifest newer = device.awaitManifest(manifest.getSequence());
            assertThat(newer.getModelName()).isEqualTo("second-choice");
            assertThat(Api.get("rollouts/" + first).getString("state")).isEqualTo("SUPERSEDED");
            assertThat(Api.get("rollouts/" + first).getString("supersededBy")).isEqualTo(second);

            device.report(manifest, DeviceState.DEVICE_STATE_ACTIVE);
            device.report(newer, DeviceState.DEVICE_STATE_ACTIVE);
            Story.awaitRollout(second, "FINISHED");
            assertThat(Api.get("rollouts/" + first).getString("devices[0].state"))
                    .isEqualTo("SUPERSEDED");
        }
    }

    @Test
    void givesUpOnADeviceThatStaysAwayUntilItsManifestExpires() throws IOException {
        Api.createFleet("absent");
        Story.quantizedModel(worker, store, "absent-model");
        Api.enrol(Api.token("absent", "rpi-cpu", 1), "device-5", "rpi-cpu").statusCode(201);
        String rollout = Story.startRollout("absent", "absent-model", 1);
        Story.awaitDevice(rollout, "PUBLISHED");

        database.useTransaction(tx -> tx.handle()
                .createUpdate("update deployment set expires_at = now() where device_id = 'device-5'")
                .execute());

        Story.awaitRollout(rollout, "FINISHED");
        assertThat(Api.get("rollouts/" + rollout).getString("devices[0].state")).isEqualTo("EXPIRED");
        assertThat(Api.get("rollouts/" + rollout).getString("devices[0].reasonCode"))
                .isEqualTo("MANIFEST_EXPIRED");
    }

    @Test
    void refusesARolloutWithoutAVariantAndNamesTheClass() {
        Api.createFleet("too-early");
        Api.register("too-early", "a graph that nobody quantizes").statusCode(201);
        worker.awaitJobs("too-early", 3);

        Api.post("rollouts", Map.of("fleet", "too-early", "model", "too-early", "version", 1))
                .statusCode(409)
                .body("code", equalTo("FLEET_EMPTY"));

        Api.enrol(Api.token("too-early", "gpu", 1), "device-3", "gpu").statusCode(201);
        Api.post("rollouts", Map.of("fleet", "too-early", "model", "too-early", "version", 1))
                .statusCode(409)
                .body("code", equalTo("VARIANT_NOT_READY"))
                .body("detail", containsString("'gpu' (QUEUED)"));
    }

    @Test
    void actsOnceOnAResultThatComesTwiceAndNeverOnALateFailure() {
        Api.register("twice", "graph of twice").statusCode(201);
        List<QuantizationJobRequested> jobs = worker.awaitJobs("twice", 3);
        QuantizationJobRequested job = jobs.get(0);
        worker.sendResult(UUID.randomUUID().toString(), job.getJobId(), FakeWorker.progress(job, 0.5));
        var result = worker.ready(job, Api.bytes("v"), Api.bytes("p"));
        worker.sendResult(job.getJobId(), job.getJobId(), result);
        worker.sendResult(job.getJobId(), job.getJobId(), result);
        worker.sendResult(
                job.getJobId(),
                job.getJobId(),
                QuantizationFailed.newBuilder()
                        .setJobId(job.getJobId())
                        .setCode("QUANTIZATION_FAILED")
                        .build());
        worker.sendResult(UUID.randomUUID().toString(), job.getJobId(), FakeWorker.progress(job, 0.7));
        QuantizationJobRequested other = jobs.get(1);
        worker.sendResult(
                other.getJobId(),
                other.getJobId(),
                QuantizationFailed.newBuilder()
                        .setJobId(other.getJobId())
                        .setCode("OPERATOR_UNSUPPORTED")
                        .setMessage("no LSTM here")
                        .build());
        Story.awaitVariant("twice", other.getDeviceClass(), "FAILED");
        assertThat(Story.variant("twice", job.getDeviceClass(), "state")).isEqualTo("READY");
        assertThat(Story.variant("twice", other.getDeviceClass(), "reasonCode")).isEqualTo("OPERATOR_UNSUPPORTED");
    }

    private int windowsNumbered(int number) {
        return database.inTransaction(tx -> tx.handle()
                .createQuery("select count(*) from telemetry_window where window_number = :number")
                .bind("number", number)
                .mapTo(Integer.class)
                .one());
    }
}
