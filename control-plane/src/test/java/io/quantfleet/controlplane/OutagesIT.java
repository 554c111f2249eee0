package io.quantfleet.controlplane;

import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quantfleet.controlplane.testing.Api;
import io.quantfleet.controlplane.testing.FakeDevice;
import io.quantfleet.controlplane.testing.FakeWorker;
import io.quantfleet.controlplane.testing.LateParts;
import io.quantfleet.controlplane.testing.Parts;
import io.quantfleet.controlplane.testing.Story;
import io.quantfleet.protocols.artifact.ObjectStore;
import io.quantfleet.protocols.v1.DeviceState;
import io.quantfleet.protocols.v1.Manifest;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Each part goes away and comes back; work waits for it and nothing is lost or done twice. In order, because only the
 * first test can see the control plane start while nothing is there.
 */
@QuarkusTest
@WithTestResource(LateParts.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OutagesIT {
    Parts parts;

    @ConfigProperty(name = "quantfleet.kafka.bootstrap-servers")
    String bootstrapServers;

    @Inject
    ObjectStore store;

    @Test
    @Order(1)
    void startsWhileNothingIsThereAndSaysWhatItWaitsFor() throws IOException {
        assertThat(downParts()).containsExactlyInAnyOrder("database", "kafka", "mqtt");
        Api.tryGet("fleets").statusCode(503).body("code", equalTo("UNAVAILABLE"));
        when().get("/q/health/live").then().statusCode(200);

        parts.startMqtt();
        parts.startKafka();
        Story.eventually(() -> assertThat(downParts()).doesNotContain("kafka"));
        parts.startPostgres();
        Api.awaitReady();
        Story.eventually(() -> Api.createFleet("after-the-start"));
    }

    @Test
    @Order(2)
    void putsBackWhatABrokerLost() throws IOException, MqttException {
        Api.createFleet("forgetful");
        try (FakeWorker worker = new FakeWorker(bootstrapServers)) {
            byte[] variant = Story.quantizedModel(worker, store, "forgetful");
            String token = Api.token("forgetful", "rpi-cpu", 1);
            var enrolled = Api.enrol(token, "forgotten", "rpi-cpu").extract().jsonPath();
            try (FakeDevice device = new FakeDevice("rpi-cpu", enrolled)) {
                String rollout = Story.startRollout("forgetful", "forgetful", 1);
                device.report(device.awaitManifest(0), DeviceState.DEVICE_STATE_ACTIVE);
                Story.awaitRollout(rollout, "FINISHED");
            }

            parts.stopMqtt();
            Story.eventually(() -> assertThat(downParts()).containsExactly("mqtt"));
            parts.startMqtt();
            Api.awaitReady();

            try (FakeDevice device = new FakeDevice("rpi-cpu", enrolled)) {
                Manifest manifest = device.awaitManifest(0);
                assertThat(device.fetch(manifest.getVariant())).isEqualTo(variant);
            }
        }
    }

    @Test
    @Order(3)
    void keepsEventsAndTelemetryUntilKafkaIsBack() throws IOException, MqttException {
        Api.createFleet("patient");
        try (FakeWorker worker = new FakeWorker(bootstrapServers)) {
            Story.quantizedModel(worker, store, "patient");
            try (FakeDevice device = Story.enrol("patient", "patient-1")) {
                Story.startRollout("patient", "patient", 1);
                Manifest manifest = device.awaitManifest(0);

                parts.stopKafka();
                Story.eventually(() -> assertThat(downParts()).containsExactly("kafka"));
                device.report(manifest, DeviceState.DEVICE_STATE_ACTIVE);
                device.sendWindow(manifest, 1000);
                Api.register("registered-meanwhile", "graph").statusCode(201);
                parts.startKafka();
                Api.awaitReady();

                assertThat(worker.awaitJobs("registered-meanwhile", 3)).hasSize(3);
                Story.eventually(() -> assertThat(Api.get("devices/patient-1").getInt("telemetryWindows"))
                        .isEqualTo(1));
            }
        }
    }

    @Test
    @Order(4)
    void takesDevicesAtTheirWordOnceTheDatabaseIsBack() throws IOException, MqttException {
        Api.createFleet("reporting");
        try (FakeWorker worker = new FakeWorker(bootstrapServers)) {
            Story.quantizedModel(worker, store, "reporting");
            try (FakeDevice device = Story.enrol("reporting", "reporting-1")) {
                String rollout = Story.startRollout("reporting", "reporting", 1);
                Manifest manifest = device.awaitManifest(0);

                parts.stopPostgres();
                Story.eventually(() -> assertThat(downParts()).containsExactly("database"));
                Api.post("fleets", Map.of("name", "never")).statusCode(503).body("code", equalTo("UNAVAILABLE"));
                device.report(manifest, DeviceState.DEVICE_STATE_ACTIVE);
                parts.startPostgres();

                Api.awaitReady();
                Story.awaitRollout(rollout, "FINISHED");
                Api.tryGet("fleets/never").statusCode(404);
            }
        }
    }

    private static List<String> downParts() {
        return when().get("/q/health/ready").jsonPath().getList("checks.findAll { it.status == 'DOWN' }.name");
    }
}
