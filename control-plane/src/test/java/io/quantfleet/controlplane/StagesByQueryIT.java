package io.quantfleet.controlplane;

import static io.restassured.RestAssured.given;
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
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Stages that take devices by a query, in the language of fleets. */
@QuarkusTest
@WithTestResource(EmbeddedParts.class)
class StagesByQueryIT extends WorkerStory {
    private static final Map<String, ?> THE_REST = Map.of("name", "all", "percent", 100);

    private static Map<String, ?> request(String fleet, List<Map<String, ?>> stages) {
        return Map.of("fleet", fleet, "model", fleet, "version", 1, "strategy", Map.of("stages", stages));
    }

    private static Map<String, ?> stage(String name, String query) {
        return Map.of("name", name, "query", query, "gates", Map.of("installed", Map.of("minShare", 1)));
    }

    @Test
    void takesTheCanariesThatTheQuerySelectsAndNoOthers() throws Exception {
        Api.createFleet("by-query");
        quantizedModel("by-query");
        try (FakeDevice one = Story.enrol("by-query", "by-query-1");
                FakeDevice two = Story.enrol("by-query", "by-query-2");
                FakeDevice three = Story.enrol("by-query", "by-query-3")) {
            String rollout = Story.startRollout(
                    request("by-query", List.of(stage("canary", "id like *-2 and agent >= 1.0"), THE_REST)));

            Manifest manifest = two.awaitManifest(0);
            two.report(manifest, DeviceState.DEVICE_STATE_FETCHING);

            Story.awaitDevice(rollout, "FETCHING");
            assertThat(Api.get("rollouts/" + rollout).getList("devices.deviceId"))
                    .isEqualTo(List.of("by-query-2"));
            assertThat(one.wants()).isEmpty();
            assertThat(manifest.getMemoryLimitBytes()).as("as the profile says").isEqualTo(512L << 20);
            assertThat(manifest.getExecutionProvidersList()).containsExactly("cpu");
            two.report(manifest, DeviceState.DEVICE_STATE_ACTIVE);
            for (FakeDevice other : List.of(one, three)) {
                other.report(other.awaitManifest(0), DeviceState.DEVICE_STATE_ACTIVE);
            }
            Story.awaitRollout(rollout, "FINISHED");
        }
    }

    /** Eight devices; the first stage takes two, the second selects four with those two among them, and then three quarters. */
    @Test
    void aDeviceBelongsToTheFirstStageThatTakesItAndPercentagesCountThoseBefore() throws Exception {
        Api.createFleet("overlap");
        quantizedModel("overlap");
        importDevices("overlap", "overlap-", 8);

        var preview = Api.post(
                        "rollouts?dryRun=true",
                        request(
                                "overlap",
                                List.of(
                                        stage("two", "id in (overlap-1, overlap-2)"),
                                        stage("four", "id in (overlap-1, overlap-2, overlap-3, overlap-4)"),
                                        Map.of("name", "three-quarters", "percent", 75),
                                        THE_REST)))
                .statusCode(200)
                .extract()
                .jsonPath();

        assertThat(preview.getList("stages.devices", Integer.class)).containsExactly(2, 2, 2, 2);
    }

    @Test
    void saysAtWhichCharacterAQueryGoesWrong() {
        Api.createFleet("wrong-query");
        Api.post("rollouts", request("wrong-query", List.of(stage("canary", "label.site = "), THE_REST)))
                .statusCode(400)
                .body("code", equalTo("FILTER_INVALID"))
                .body("detail", containsString("the query of the stage 'canary' can't be understood: at character 14"));
        Api.post("rollouts", request("wrong-query", List.of(stage("canary", "sight = berlin"), THE_REST)))
                .statusCode(400)
                .body("detail", containsString("at character 1: there is no field 'sight'"));
        Api.post(
                        "rollouts",
                        request(
                                "wrong-query",
                                List.of(Map.of("name", "both", "percent", 5, "query", "class = gpu"), THE_REST)))
                .statusCode(400)
                .body("detail", containsString("exactly one of 'percent', 'devices', 'labels' and 'query'"));
    }

    @Test
    void aStageThatSelectsNobodyIsRefusedBeforeItLetsEverybodyThrough() throws Exception {
        Api.createFleet("nobody-there");
        quantizedModel("nobody-there");
        importDevices("nobody-there", "nobody-there-", 2);

        Api.post("rollouts", request("nobody-there", List.of(stage("canary", "label.site = berlln"), THE_REST)))
                .statusCode(409)
                .body("code", equalTo("STAGE_EMPTY"))
                .body("detail", containsString("the stage 'canary' selects no device of the fleet 'nobody-there'"));
        Api.post(
                        "rollouts?dryRun=true",
                        request(
                                "nobody-there",
                                List.of(Map.of("name", "canary", "labels", Map.of("site", "berlln")), THE_REST)))
                .statusCode(409)
                .body("code", equalTo("STAGE_EMPTY"));
    }

    private static void importDevices(String fleet, String prefix, int count) {
        StringBuilder lines = new StringBuilder();
        for (int i = 1; i <= count; i++) {
            lines.append("{\"id\": \"").append(prefix).append(i).append("\", \"class\": \"rpi-cpu\"}\n");
        }
        given().contentType("application/x-ndjson")
                .body(lines.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .post("/api/v1/devices/import?fleet=" + fleet)
                .then()
                .statusCode(200)
                .body("registered", equalTo(count));
    }
}
