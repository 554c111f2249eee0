package io.quantfleet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quantfleet.controlplane.testing.Api;
import io.quantfleet.controlplane.testing.EmbeddedParts;
import io.quantfleet.controlplane.testing.FakeDevice;
import io.quantfleet.controlplane.testing.Story;
import io.quantfleet.controlplane.testing.WorkerStory;
import io.quantfleet.protocols.v1.DeviceState;
import io.quantfleet.protocols.v1.Manifest;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.junit.jupiter.api.Test;

/** Going back ends with the model of before serving wherever it did, whatever the devices are doing meanwhile. */
@QuarkusTest
@WithTestResource(EmbeddedParts.class)
class RollbackIT extends WorkerStory {
    private static final String BEFORE = "of-before";

    private void serve(String fleet, String model, FakeDevice... devices) throws MqttException {
        String rollout = Story.startRollout(fleet, model, 1);
        for (FakeDevice device : devices) {
            device.report(device.awaitManifest(0), DeviceState.DEVICE_STATE_ACTIVE);
        }
        Story.awaitRollout(rollout, "FINISHED");
    }

    private static void rollBack(String rollout) {
        Api.post("rollouts/" + rollout + "/rollback", Map.of("reason", "wrong", "by", "ann"))
                .statusCode(200)
                .body("state", equalTo("ROLLING_BACK"));
    }

    /** One serves the new model, one is installing it, one is away with it, one was never asked; one joins meanwhile. */
    @Test
    void endsWithTheModelOfBeforeEverywhere() throws MqttException, IOException {
        String fleet = "all-back";
        Api.createFleet(fleet);
        Story.quantizedModel(worker, store, BEFORE + "-1");
        quantizedModel("new-1");
        try (FakeDevice serving = Story.enrol(fleet, "back-serving");
                FakeDevice installing = Story.enrol(fleet, "back-installing");
                FakeDevice away = Story.enrol(fleet, "back-away");
                FakeDevice waiting = Story.enrol(fleet, "back-waiting")) {
            serve(fleet, BEFORE + "-1", serving, installing, away, waiting);
            String rollout = Story.startRollout(Map.of(
                    "fleet",
                    fleet,
                    "model",
                    "new-1",
                    "version",
                    1,
                    "strategy",
                    Map.of(
                            "stages",
                            List.of(Map.of("name", "three", "devices", 4), Map.of("name", "all", "percent", 100)))));
            Manifest onServing = serving.awaitManifest(1);
            serving.report(onServing, DeviceState.DEVICE_STATE_ACTIVE);
            installing.report(installing.awaitManifest(1), DeviceState.DEVICE_STATE_SELF_TESTING);
            away.report(away.awaitManifest(1), DeviceState.DEVICE_STATE_ACTIVE);
            away.goOffline();
            waiting.awaitManifest(1);
            Story.eventually(() -> assertThat(Api.get("rollouts/" + rollout).getList("devices.state"))
                    .containsExactlyInAnyOrder("ACTIVE", "ACTIVE", "SELF_TESTING", "PUBLISHED"));
            try (FakeDevice late = Story.enrol(fleet, "back-late")) {
                rollBack(rollout);

                for (FakeDevice device : List.of(serving, installing, waiting)) {
                    Manifest back = device.awaitManifest(2);
                    assertThat(back.getModelName()).isEqualTo(BEFORE + "-1");
                    device.report(back, DeviceState.DEVICE_STATE_ACTIVE);
                }
                Story.eventually(() -> assertThat(Api.get("rollouts/" + rollout).getList("devices.state"))
                        .containsExactlyInAnyOrder("ACTIVE", "ACTIVE", "ACTIVE", "PUBLISHED"));
                assertThat(Api.get("rollouts/" + rollout).getString("state")).isEqualTo("ROLLING_BACK");
                away.comeBack();
                Manifest back = away.awaitManifest(2);
                assertThat(back.getModelName()).isEqualTo(BEFORE + "-1");
                away.report(back, DeviceState.DEVICE_STATE_ACTIVE);
                Story.awaitRollout(rollout, "ROLLED_BACK");

                // Who joined gets what the fleet serves, not what was taken back.
                assertThat(late.awaitManifest(0).getModelName()).isEqualTo(BEFORE + "-1");
            }
            for (String device : List.of("back-serving", "back-installing", "back-away", "back-waiting")) {
                assertThat(Api.get("devices/" + device).getString("modelName"))
                        .as(device)
                        .isEqualTo(BEFORE + "-1");
            }
        }
    }

    @Test
    void asksADeviceThatFailsToGoBackAgain() throws MqttException, IOException {
        String fleet = "back-again";
        Api.createFleet(fleet);
        Story.quantizedModel(worker, store, BEFORE + "-2");
        quantizedModel("new-2");
        try (FakeDevice device = Story.enrol(fleet, "back-again-1")) {
            serve(fleet, BEFORE + "-2", device);
            String rollout = Story.startRollout(fleet, "new-2", 1);
            device.report(device.awaitManifest(1), DeviceState.DEVICE_STATE_ACTIVE);
            Story.awaitRollout(rollout, "FINISHED");
            String next = Story.startRollout(Map.of(
                    "fleet",
                    fleet,
                    "model",
                    BEFORE + "-2",
                    "version",
                    1,
                    "strategy",
                    Map.of("stages", List.of(Map.of("name", "all", "percent", 100, "soak", "PT1H")))));
            device.report(device.awaitManifest(2), DeviceState.DEVICE_STATE_ACTIVE);
            Story.eventually(() ->
                    assertThat(Api.get("rollouts/" + next).getString("phase")).isEqualTo("SOAKING"));
            rollBack(next);

            Manifest first = device.awaitManifest(3);
            assertThat(first.getModelName()).isEqualTo("new-2");
            device.report(first, DeviceState.DEVICE_STATE_REFUSED);
            Manifest second = device.awaitManifest(4);
            assertThat(second.getModelName()).isEqualTo("new-2");
            device.report(second, DeviceState.DEVICE_STATE_REFUSED);
            device.report(device.awaitManifest(5), DeviceState.DEVICE_STATE_REFUSED);

            Story.awaitRollout(next, "ROLLED_BACK");
            assertThat(Api.get("rollouts/" + next).getString("reason")).endsWith("1 device could not be taken back");
            assertThat(Api.get("rollouts/" + next).getString("devices[0].state"))
                    .isEqualTo("REFUSED");
        }
    }

    /** What a newer rollout overtakes is not installed any more, and going back leads to what served last. */
    @Test
    void goesBackToWhatADeviceSaysItServed() throws MqttException, IOException {
        String fleet = "overtaken";
        Api.createFleet(fleet);
        Story.quantizedModel(worker, store, BEFORE + "-3");
        quantizedModel("middle-3");
        quantizedModel("new-3");
        try (FakeDevice quick = Story.enrol(fleet, "overtaken-quick");
                FakeDevice away = Story.enrol(fleet, "overtaken-away")) {
            serve(fleet, BEFORE + "-3", quick, away);
            away.goOffline();
            String middle = Story.startRollout(fleet, "middle-3", 1);
            Manifest toMiddle = quick.awaitManifest(1);
            quick.report(toMiddle, DeviceState.DEVICE_STATE_SWITCHING);
            Story.eventually(() -> assertThat(Api.get("rollouts/" + middle).getList("devices.state"))
                    .containsExactlyInAnyOrder("SWITCHING", "PUBLISHED"));

            // The newer one begins with one device, by label; the quick one is done with the older just then.
            String newer = Story.startRollout(Map.of(
                    "fleet",
                    fleet,
                    "model",
                    "new-3",
                    "version",
                    1,
                    "strategy",
                    Map.of("stages", List.of(Map.of("name", "all", "percent", 100, "approval", true)))));
            Story.awaitRollout(middle, "SUPERSEDED");
            quick.report(toMiddle, DeviceState.DEVICE_STATE_ACTIVE);
            Story.eventually(() -> assertThat(Api.get("devices/overtaken-quick").getString("modelName"))
                    .isEqualTo("middle-3"));
            away.comeBack();
            Story.eventually(() -> assertThat(Api.get("devices/overtaken-away").getBoolean("online"))
                    .isTrue());
            assertThat(away.wants()).isEmpty();

            Api.post("rollouts/" + newer + "/approve", Map.of()).statusCode(200);
            quick.report(quick.awaitManifest(2), DeviceState.DEVICE_STATE_FETCHING);
            away.report(away.awaitManifest(2), DeviceState.DEVICE_STATE_FETCHING);
            rollBack(newer);
            assertThat(quick.awaitManifest(3).getModelName()).isEqualTo("middle-3");
            assertThat(away.awaitManifest(3).getModelName()).isEqualTo(BEFORE + "-3");
        }
    }
}
