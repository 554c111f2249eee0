package io.quantfleet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.quantfleet.controlplane.testing.Api;
import io.quantfleet.controlplane.testing.EmbeddedParts;
import io.quantfleet.controlplane.testing.FakeDevice;
import io.quantfleet.controlplane.testing.Story;
import io.quantfleet.controlplane.testing.WorkerStory;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.artifact.DirectoryObjectStore;
import io.quantfleet.protocols.v1.DeviceState;
import io.quantfleet.protocols.v1.Manifest;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.junit.jupiter.api.Test;

/** Rollouts stage by stage: what devices measure opens the next stage, or takes everything back. */
@QuarkusTest
@WithTestResource(EmbeddedParts.class)
class StagedRolloutIT extends WorkerStory {
    private static final Map<String, ?> CANARY_OF_ONE =
            Map.of("name", "canary", "devices", 1, "gates", Map.of("accuracy", accuracy()));
    private static final Map<String, ?> THE_REST = Map.of("name", "all", "percent", 100);

    private static Map<String, ?> accuracy() {
        return Map.of("against", "FP32", "maxLossPoints", 2, "risk", 0.01);
    }

    private static Map<String, ?> request(String fleet, String model, List<Map<String, ?>> stages) {
        return Map.of("fleet", fleet, "model", model, "version", 1, "strategy", Map.of("stages", stages));
    }

    /** The fake devices answer 10 of 11 right: 90.9 %, where FP32 has 90 %. */
    @Test
    void opensTheNextStageWhenTheCanariesAreAccurate() throws MqttException, IOException {
        Api.createFleet("good-canary");
        quantizedModel("good-canary");
        try (FakeDevice one = Story.enrol("good-canary", "good-1");
                FakeDevice two = Story.enrol("good-canary", "good-2")) {
            String rollout =
                    Story.startRollout(request("good-canary", "good-canary", List.of(CANARY_OF_ONE, THE_REST)));
            FakeDevice canary = canary(rollout, Map.of("good-1", one, "good-2", two));
            Manifest manifest = canary.awaitManifest(0);
            canary.report(manifest, DeviceState.DEVICE_STATE_ACTIVE);
            awaitPhase(rollout, "JUDGING");
            assertThat(Api.get("rollouts/" + rollout).getList("devices")).hasSize(1);

            canary.sendWindow(manifest, 1000, 9_100, 900);

            FakeDevice other = canary == one ? two : one;
            other.report(other.awaitManifest(0), DeviceState.DEVICE_STATE_ACTIVE);
            Story.awaitRollout(rollout, "FINISHED");
            var stages = Api.get("rollouts/" + rollout);
            assertThat(stages.getString("stages[0].verdict")).isEqualTo("OPEN");
            assertThat(stages.getString("stages[0].findings[0].evidence")).contains("91.00 %", "FP32's");
        }
    }

    @Test
    void takesEverythingBackWhenTheCanariesAreNot() throws MqttException, IOException {
        Api.createFleet("bad-canary");
        quantizedModel("served-before");
        quantizedModel("bad-canary");
        try (FakeDevice one = Story.enrol("bad-canary", "bad-1");
                FakeDevice two = Story.enrol("bad-canary", "bad-2")) {
            String before = Story.startRollout("bad-canary", "served-before", 1);
            for (FakeDevice device : List.of(one, two)) {
                device.report(device.awaitManifest(0), DeviceState.DEVICE_STATE_ACTIVE);
            }
            Story.awaitRollout(before, "FINISHED");

            String rollout = Story.startRollout(request("bad-canary", "bad-canary", List.of(CANARY_OF_ONE, THE_REST)));
            FakeDevice canary = canary(rollout, Map.of("bad-1", one, "bad-2", two));
            Manifest manifest = canary.awaitManifest(1);
            canary.report(manifest, DeviceState.DEVICE_STATE_ACTIVE);
            canary.sendWindow(manifest, 1000, 8_000, 2_000);

            Manifest back = canary.awaitManifest(manifest.getSequence());
            assertThat(back.getModelName()).isEqualTo("served-before");
            Story.awaitRollout(rollout, "ROLLING_BACK");
            canary.report(back, DeviceState.DEVICE_STATE_ACTIVE);
            Story.awaitRollout(rollout, "ROLLED_BACK");
            var shown = Api.get("rollouts/" + rollout);
            assertThat(shown.getString("reason")).startsWith("accuracy of rpi-cpu: 80.00 %");
            assertThat(shown.getList("devices.goesBack", Boolean.class)).containsExactly(true);
            assertThat(shown.getList("stages")).hasSize(1);
        }
    }

    /** FP32 has 81 % on the validation set; on the probe set the canary is as good as can be. */
    @Test
    void takesEverythingBackWhenTrueLabelsSayThatAnswersAreWrong() throws MqttException, IOException {
        Api.createFleet("labelled");
        quantizedModel("labelled");
        Map<String, ?> gate = Map.of("against", "FP32", "maxLossPoints", 2, "risk", 0.01, "source", "FEEDBACK");
        Map<String, ?> canaries = Map.of("name", "canary", "devices", 1, "gates", Map.of("accuracy", gate));
        try (FakeDevice device = Story.enrol("labelled", "labelled-1")) {
            String rollout = Story.startRollout(request("labelled", "labelled", List.of(canaries, THE_REST)));
            Manifest manifest = device.awaitManifest(0);
            device.report(manifest, DeviceState.DEVICE_STATE_ACTIVE);
            device.sendWindow(manifest, 1000, 10_000, 0);
            awaitPhase(rollout, "JUDGING");

            device.sendFeedback(manifest, 3_500, 1_500);

            Story.awaitRollout(rollout, "ROLLED_BACK");
            assertThat(Api.get("rollouts/" + rollout).getString("reason"))
                    .startsWith("accuracy of rpi-cpu: 70.00 % of 5000 answers with true labels (feedback)")
                    .contains("81.00 % of FP32's on the validation set");
        }
    }

    @Test
    void leavesADeviceThatServedNothingBeforeWithNothingToWant() throws MqttException, IOException {
        Api.createFleet("first-model");
        quantizedModel("first-model");
        try (FakeDevice device = Story.enrol("first-model", "first-1")) {
            String rollout = Story.startRollout("first-model", "first-model", 1);
            device.report(device.awaitManifest(0), DeviceState.DEVICE_STATE_FETCHING);
            Story.awaitDevice(rollout, "FETCHING");

            Api.post("rollouts/" + rollout + "/rollback", Map.of("reason", "wrong model"))
                    .statusCode(200);

            Story.awaitRollout(rollout, "ROLLED_BACK");
            assertThat(Api.get("rollouts/" + rollout).getString("reason")).isEqualTo("wrong model");
            assertThat(Api.get("rollouts/" + rollout).getString("devices[0].state"))
                    .isEqualTo("SUPERSEDED");
            Story.eventually(() -> assertThat(device.wants()).isEmpty());
        }
    }

    @Test
    void waitsForApprovalsAndForThoseWhoPauseIt() throws MqttException, IOException {
        Api.createFleet("careful");
        quantizedModel("careful");
        try (FakeDevice device = Story.enrol("careful", "careful-1")) {
            String rollout = Story.startRollout(
                    request("careful", "careful", List.of(Map.of("name", "all", "percent", 100, "approval", true))));
            awaitPhase(rollout, "AWAITING_APPROVAL");
            Api.post("rollouts/" + rollout + "/pause", Map.of("reason", "lunch"))
                    .statusCode(200)
                    .body("state", equalTo("PAUSED"));
            Api.post("rollouts/" + rollout + "/approve", Map.of())
                    .statusCode(409)
                    .body("code", equalTo("ILLEGAL_STATE"))
                    .body("detail", containsString("PAUSED"));
            Api.post("rollouts/" + rollout + "/resume", Map.of()).statusCode(200);
            Api.post("rollouts/" + rollout + "/approve", Map.of()).statusCode(200);
            device.report(device.awaitManifest(0), DeviceState.DEVICE_STATE_REFUSED);
            Story.awaitRollout(rollout, "FINISHED");
            Api.post("rollouts/" + rollout + "/abort", Map.of()).statusCode(409);
        }
    }

    @Test
    void letsDevicesThatFailedTryAgain() throws MqttException, IOException {
        Api.createFleet("once-more");
        quantizedModel("once-more");
        try (FakeDevice device = Story.enrol("once-more", "once-more-1")) {
            String rollout = Story.startRollout(Map.of(
                    "fleet",
                    "once-more",
                    "model",
                    "once-more",
                    "version",
                    1,
                    "strategy",
                    Map.of(
                            "stages",
                            List.of(Map.of(
                                    "name",
                                    "all",
                                    "percent",
                                    100,
                                    "gates",
                                    Map.of("installed", Map.of("minShare", 1)))),
                            "onFailure",
                            "PAUSE")));
            Manifest manifest = device.awaitManifest(0);
            device.report(manifest, DeviceState.DEVICE_STATE_REFUSED);
            Story.awaitRollout(rollout, "PAUSED");
            assertThat(Api.get("rollouts/" + rollout).getString("reason")).contains("0 of 1 devices", "1 failed");

            Api.post("rollouts/" + rollout + "/retry", Map.of()).statusCode(200);
            Api.post("rollouts/" + rollout + "/resume", Map.of()).statusCode(200);

            device.report(device.awaitManifest(manifest.getSequence()), DeviceState.DEVICE_STATE_ACTIVE);
            Story.awaitRollout(rollout, "FINISHED");
        }
    }

    @Test
    void aVariantThatItsDeviceLostAfterItWasActiveIsNotInstalled() throws MqttException, IOException {
        Api.createFleet("lossy");
        quantizedModel("lossy");
        Map<String, ?> canary = Map.of(
                "name",
                "canary",
                "percent",
                100,
                "gates",
                Map.of("installed", Map.of("minShare", 1), "accuracy", accuracy()));
        try (FakeDevice device = Story.enrol("lossy", "lossy-1")) {
            String rollout = Story.startRollout(Map.of(
                    "fleet",
                    "lossy",
                    "model",
                    "lossy",
                    "version",
                    1,
                    "strategy",
                    Map.of("stages", List.of(canary), "onFailure", "PAUSE")));
            Manifest manifest = device.awaitManifest(0);
            device.report(manifest, DeviceState.DEVICE_STATE_ACTIVE);
            awaitPhase(rollout, "JUDGING");
            device.reportAfterActive(manifest, DeviceState.DEVICE_STATE_FETCHING);

            device.reportAfterActive(manifest, DeviceState.DEVICE_STATE_REVERTED);

            Story.awaitRollout(rollout, "PAUSED");
            assertThat(Api.get("rollouts/" + rollout).getString("reason")).contains("0 of 1 devices", "1 failed");
            Story.awaitDevice(rollout, "LOST");
            device.reportAfterActive(manifest, DeviceState.DEVICE_STATE_ACTIVE);
            Story.awaitDevice(rollout, "ACTIVE");
        }
    }

    @Test
    void givesDevicesThatJoinLaterWhatTheFleetServes() throws MqttException, IOException {
        Api.createFleet("growing");
        quantizedModel("growing");
        try (FakeDevice first = Story.enrol("growing", "growing-1")) {
            String rollout = Story.startRollout("growing", "growing", 1);
            first.report(first.awaitManifest(0), DeviceState.DEVICE_STATE_ACTIVE);
            Story.awaitRollout(rollout, "FINISHED");
            try (FakeDevice late = Story.enrol("growing", "growing-2")) {
                assertThat(late.awaitManifest(0).getModelName()).isEqualTo("growing");
            }
        }
    }

    @Test
    void oneThatCantBeMovedOnDoesNotHoldUpTheOthers() throws MqttException, IOException {
        Api.createFleet("stuck");
        Api.createFleet("unhindered");
        byte[] lost = quantizedModel("stuck");
        quantizedModel("unhindered");
        Path artifact = ((DirectoryObjectStore) store).path(Sha256.of(lost));
        Path elsewhere = Files.move(artifact, artifact.resolveSibling("elsewhere"));
        try (FakeDevice one = Story.enrol("stuck", "stuck-1");
                FakeDevice two = Story.enrol("unhindered", "unhindered-1")) {
            String stuck = Story.startRollout("stuck", "stuck", 1);
            String unhindered = Story.startRollout("unhindered", "unhindered", 1);

            two.report(two.awaitManifest(0), DeviceState.DEVICE_STATE_ACTIVE);
            Story.awaitRollout(unhindered, "FINISHED");
            assertThat(one.wants()).isEmpty();

            Files.move(elsewhere, artifact);
            one.report(one.awaitManifest(0), DeviceState.DEVICE_STATE_ACTIVE);
            Story.awaitRollout(stuck, "FINISHED");
        }
    }

    @Test
    void beginsAtItsTimeAndDraftsWhenTheyAreStarted() throws MqttException, IOException {
        Api.createFleet("later");
        quantizedModel("later");
        try (FakeDevice device = Story.enrol("later", "later-1")) {
            String scheduled = Story.startRollout(Map.of(
                    "fleet",
                    "later",
                    "model",
                    "later",
                    "version",
                    1,
                    "strategy",
                    Map.of(
                            "stages",
                            List.of(THE_REST),
                            "startAt",
                            Instant.now().plusSeconds(3600).toString())));
            assertThat(Api.get("rollouts/" + scheduled).getString("state")).isEqualTo("SCHEDULED");
            String draft = Story.startRollout(Map.of("fleet", "later", "model", "later", "version", 1, "draft", true));
            assertThat(Api.get("rollouts/" + draft).getString("state")).isEqualTo("DRAFT");

            Api.post("rollouts/" + draft + "/start", Map.of()).statusCode(200);
            device.report(device.awaitManifest(0), DeviceState.DEVICE_STATE_ACTIVE);
            Story.awaitRollout(draft, "FINISHED");
            Api.post("rollouts/" + scheduled + "/abort", Map.of())
                    .statusCode(200)
                    .body("state", equalTo("ABORTED"));
        }
    }

    @Test
    void saysWhatIsWrongWithAStrategy() {
        Api.createFleet("nobody");
        Api.post("rollouts", request("nobody", "nothing", List.of(Map.of("name", "half", "percent", 50))))
                .statusCode(400)
                .body("code", equalTo("REQUEST_INVALID"))
                .body("detail", containsString("the last stage leaves devices out"));
        Api.post(
                        "rollouts",
                        request("nobody", "nothing", List.of(Map.of("name", "all", "percent", 100, "sook", "PT1H"))))
                .statusCode(400)
                .body("detail", containsString("sook"));
    }

    private static FakeDevice canary(String rollout, Map<String, FakeDevice> devices) {
        Story.eventually(() ->
                assertThat(Api.get("rollouts/" + rollout).getList("devices")).hasSize(1));
        FakeDevice canary = devices.get(Api.get("rollouts/" + rollout).getString("devices[0].deviceId"));
        assertThat(canary).isNotNull();
        return canary;
    }

    private static void awaitPhase(String rollout, String phase) {
        Story.eventually(() ->
                assertThat(Api.get("rollouts/" + rollout).getString("phase")).isEqualTo(phase));
    }
}
