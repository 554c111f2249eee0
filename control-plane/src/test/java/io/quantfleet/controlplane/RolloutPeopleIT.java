package io.quantfleet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
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
import io.restassured.RestAssured;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.junit.jupiter.api.Test;

/** Who may do what to a rollout, and when: two persons, maintenance windows, idle devices. */
@QuarkusTest
@WithTestResource(EmbeddedParts.class)
class RolloutPeopleIT extends WorkerStory {
    @Test
    void takesTwoPersonsAndKeepsWhoDidWhat() throws MqttException, IOException {
        Api.createFleet("two-persons");
        quantizedModel("two-persons");
        try (FakeDevice device = Story.enrol("two-persons", "two-persons-1")) {
            Map<String, Object> request = new HashMap<>(Map.of(
                    "fleet",
                    "two-persons",
                    "model",
                    "two-persons",
                    "version",
                    1,
                    "strategy",
                    Map.of("stages", List.of(Map.of("name", "all", "percent", 100, "twoPersons", true)))));
            Api.post("rollouts", request).statusCode(400).body("detail", containsString("Quantfleet-Actor"));
            request.put("by", "Ann");
            request.put("reason", "better on night shots");
            String rollout = Story.startRollout(request);
            Story.eventually(() -> assertThat(Api.get("rollouts/" + rollout).getString("phase"))
                    .isEqualTo("AWAITING_APPROVAL"));

            Api.post("rollouts/" + rollout + "/approve", Map.of()).statusCode(400);
            Api.post("rollouts/" + rollout + "/approve", Map.of("by", "ann"))
                    .statusCode(409)
                    .body("detail", containsString("somebody else"));
            Api.post("rollouts/" + rollout + "/promote", Map.of("by", "ann"))
                    .statusCode(409)
                    .body("detail", containsString("waits for an approval"));
            assertThat(device.wants()).isEmpty();
            RestAssured.given()
                    .header("Quantfleet-Actor", "Bob")
                    .contentType("application/json")
                    .body("{}")
                    .post("/api/v1/rollouts/" + rollout + "/approve")
                    .then()
                    .statusCode(200);
            device.report(device.awaitManifest(0), DeviceState.DEVICE_STATE_ACTIVE);
            Story.awaitRollout(rollout, "FINISHED");

            var history = Api.get("rollouts/" + rollout + "/history");
            assertThat(history.getList("action"))
                    .startsWith("create", "start", "approve")
                    .endsWith("finish");
            assertThat(history.getList("by")).startsWith("Ann", "Ann", "Bob").endsWith("control-plane");
            assertThat(history.getString("reason[0]")).isEqualTo("better on night shots");
            assertThat(history.getString("find { it.action == 'approve' }.from.phase"))
                    .isEqualTo("AWAITING_APPROVAL");
            assertThat(history.getString("find { it.action == 'approve' }.to.phase"))
                    .isEqualTo("OPENING");
            assertThat(history.getString("[-1].to.state")).isEqualTo("FINISHED");
        }
    }

    @Test
    void asksNobodyOutsideOfAMaintenanceWindow() throws MqttException, IOException {
        Api.createFleet("night-shift");
        quantizedModel("night-shift");
        try (FakeDevice device = Story.enrol("night-shift", "night-shift-1")) {
            put("night-shift", List.of(window("0 0 1 1 *", "PT1M")))
                    .statusCode(200)
                    .body("open", equalTo(false));
            String rollout = Story.startRollout("night-shift", "night-shift", 1);
            Story.eventually(() ->
                    assertThat(Api.get("rollouts/" + rollout).getList("stages")).hasSize(1));
            assertThat(Api.get("rollouts/" + rollout).getString("nextWindow")).contains("-01-01T00:00:00Z");
            assertThat(Api.page("rollouts/" + rollout)).contains("maintenance window");
            assertThat(device.wants()).isEmpty();

            put("night-shift", List.of(window("* * * * *", "PT1H")))
                    .statusCode(200)
                    .body("open", equalTo(true));

            device.report(device.awaitManifest(0), DeviceState.DEVICE_STATE_ACTIVE);
            Story.awaitRollout(rollout, "FINISHED");
        }
    }

    @Test
    void asksAgainInTheNextWindowWhoWasAwayInThisOne() throws MqttException, IOException {
        Api.createFleet("away-at-night");
        quantizedModel("away-at-night");
        try (FakeDevice here = Story.enrol("away-at-night", "here");
                FakeDevice away = Story.enrol("away-at-night", "away")) {
            away.goOffline();
            Story.eventually(() ->
                    assertThat(Api.get("devices/away").getBoolean("online")).isFalse());
            String rollout = Story.startRollout("away-at-night", "away-at-night", 1);
            Manifest asked = here.awaitManifest(0);
            here.report(asked, DeviceState.DEVICE_STATE_FETCHING);
            Story.eventually(() -> assertThat(Api.get("rollouts/" + rollout).getList("devices.state"))
                    .containsExactlyInAnyOrder("FETCHING", "PUBLISHED"));

            put("away-at-night", List.of(window("0 0 1 1 *", "PT1M"))).statusCode(200);

            // The one that began finishes, the one that was away is not asked any more.
            here.report(asked, DeviceState.DEVICE_STATE_ACTIVE);
            Story.eventually(() -> assertThat(Api.get("rollouts/" + rollout).getList("devices.state"))
                    .containsExactly("ACTIVE"));
            away.comeBack();
            Story.eventually(() ->
                    assertThat(Api.get("devices/away").getBoolean("online")).isTrue());
            assertThat(away.wants()).isEmpty();

            put("away-at-night", List.of()).statusCode(200);
            away.report(away.awaitManifest(0), DeviceState.DEVICE_STATE_ACTIVE);
            Story.awaitRollout(rollout, "FINISHED");
        }
    }

    @Test
    void saysWhatIsWrongWithAWindow() {
        Api.createFleet("wrong-window");
        put("wrong-window", List.of(window("at night", "PT1H")))
                .statusCode(400)
                .body("code", equalTo("REQUEST_INVALID"))
                .body("detail", containsString("'at night'"));
        put("wrong-window", List.of(Map.of("cron", "0 2 * * *", "duration", "PT1H")))
                .statusCode(400)
                .body("detail", containsString("'zone'"));
        put("nowhere", List.of()).statusCode(404);
        Api.tryGet("fleets/wrong-window/maintenance-windows")
                .statusCode(200)
                .body("open", equalTo(true))
                .body("windows.size()", equalTo(0));
    }

    @Test
    void tellsDevicesToWaitUntilTheyAreIdle() throws MqttException, IOException {
        Api.createFleet("busy");
        quantizedModel("busy");
        try (FakeDevice device = Story.enrol("busy", "busy-1")) {
            String rollout = Story.startRollout(Map.of(
                    "fleet",
                    "busy",
                    "model",
                    "busy",
                    "version",
                    1,
                    "strategy",
                    Map.of(
                            "stages", List.of(Map.of("name", "all", "percent", 100)),
                            "install", Map.of("when", "IDLE", "quietFor", "PT45S", "atLatest", "PT2H"))));
            Manifest manifest = device.awaitManifest(0);
            assertThat(manifest.getWhenIdle().getQuietFor().getSeconds()).isEqualTo(45);
            assertThat(manifest.getWhenIdle().getAtLatest().getSeconds()
                            - manifest.getIssuedAt().getSeconds())
                    .isEqualTo(7200);
            device.report(manifest, DeviceState.DEVICE_STATE_ACTIVE);
            Story.awaitRollout(rollout, "FINISHED");
        }
    }

    @Test
    void saysWhatARolloutWouldDoAndBeginsNothing() throws MqttException, IOException {
        Api.createFleet("what-if");
        quantizedModel("what-if");
        try (FakeDevice one = Story.enrol("what-if", "what-if-1");
                FakeDevice two = Story.enrol("what-if", "what-if-2");
                FakeDevice three = Story.enrol("what-if", "what-if-3")) {
            Map<String, Object> request = Map.of(
                    "fleet",
                    "what-if",
                    "model",
                    "what-if",
                    "version",
                    1,
                    "strategy",
                    Map.of(
                            "stages",
                            List.of(
                                    Map.of("name", "canary", "devices", 1),
                                    Map.of("name", "all", "percent", 100, "approval", true))));

            var preview = Api.post("rollouts?dryRun=true", request)
                    .statusCode(200)
                    .extract()
                    .jsonPath();

            assertThat(preview.getList("stages.devices")).containsExactly(1, 2);
            assertThat(preview.getList("stages.approval")).containsExactly(false, true);
            assertThat(preview.getString("stages[0].classes[0].deviceClass")).isEqualTo("rpi-cpu");
            assertThat(preview.getLong("stages[0].bytesAtMost")).isGreaterThan(300_000);
            assertThat(preview.getLong("bytesAtMost")).isEqualTo(3 * preview.getLong("stages[0].bytesAtMost"));
            assertThat(Api.get("rollouts").getList("findAll { it.fleet == 'what-if' }"))
                    .isEmpty();
            assertThat(List.of(one, two, three))
                    .allSatisfy(device -> assertThat(device.wants()).isEmpty());
            Api.post("rollouts?dryRun=true", Map.of("fleet", "what-if", "model", "what-if", "version", 9))
                    .statusCode(404);
        }
    }

    private static Map<String, String> window(String cron, String duration) {
        return Map.of("cron", cron, "duration", duration, "zone", "UTC");
    }

    private static io.restassured.response.ValidatableResponse put(String fleet, List<Map<String, String>> windows) {
        return RestAssured.given()
                .contentType("application/json")
                .body(Map.of("windows", windows))
                .put("/api/v1/fleets/" + fleet + "/maintenance-windows")
                .then();
    }
}
