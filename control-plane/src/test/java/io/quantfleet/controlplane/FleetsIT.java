package io.quantfleet.controlplane;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.controlplane.testing.Api;
import io.quantfleet.controlplane.testing.EmbeddedParts;
import io.quantfleet.controlplane.testing.FakeDevice;
import io.quantfleet.controlplane.testing.Story;
import io.quantfleet.controlplane.testing.WorkerStory;
import io.quantfleet.protocols.v1.DeviceState;
import io.quantfleet.protocols.v1.Manifest;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.config.EncoderConfig;
import io.restassured.config.RestAssuredConfig;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.junit.jupiter.api.Test;

/** Fleets by query, imports, tokens and decommissioning, over REST. */
@QuarkusTest
@WithTestResource(EmbeddedParts.class)
class FleetsIT extends WorkerStory {
    @Inject
    Database database;

    private static final RestAssuredConfig AS_TEXT = RestAssuredConfig.config()
            .encoderConfig(EncoderConfig.encoderConfig()
                    .encodeContentTypeAs("text/csv", ContentType.TEXT)
                    .encodeContentTypeAs("application/x-ndjson", ContentType.TEXT));
    private static final Pattern NEXT = Pattern.compile("<([^>]+)>; rel=\"next\"");

    private static ValidatableResponse importCsv(String query, String... lines) {
        return given().config(AS_TEXT)
                .contentType("text/csv")
                .body(String.join("\n", lines))
                .post("/api/v1/devices/import?" + query)
                .then();
    }

    private static List<String> ids(String path, String filter) {
        return given().queryParam("filter", filter)
                .get("/api/v1/" + path)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getList("deviceId");
    }

    @Test
    void importsWhatIsGoodAndReportsTheRestByLine() {
        Api.createFleet("import-a");

        importCsv(
                        "fleet=import-a&deviceClass=rpi-cpu",
                        "id,class,label.site,label.rack",
                        "imp-1,,berlin,7",
                        "imp-2,gpu,\"lyon, east\",",
                        "",
                        "imp 3,,berlin,7",
                        "imp-4,toaster,berlin,7",
                        "imp-1,,berlin,8",
                        "imp-5,,berlin",
                        "imp-6,,\"berlin,7")
                .statusCode(200)
                .body("lines", equalTo(7))
                .body("registered", equalTo(2))
                .body("rejected", equalTo(5))
                .body("complete", equalTo(true))
                .body("errors.line", equalTo(List.of(5, 6, 7, 8, 9)))
                .body("errors[0].column", equalTo("id"))
                .body("errors[0].deviceId", equalTo("imp 3"))
                .body("errors[1].column", equalTo("class"))
                .body("errors[1].reason", equalTo("there is no device class 'toaster'"))
                .body("errors[2].reason", equalTo("line 2 names the same device"))
                .body("errors[3].reason", equalTo("3 values where the header has 4 columns"));

        assertThat(ids("devices", "fleet = import-a and lifecycle = registered"))
                .containsExactly("imp-1", "imp-2");
        assertThat(ids("devices", "fleet = import-a and label.site = 'lyon, east'"))
                .containsExactly("imp-2");
    }

    @Test
    void importedAgainNothingChangesAndOnlyUpdateChangesWhatIsKnown() {
        Api.createFleet("import-b");
        String[] first = {"id,class,fleet,label.site", "again-1,rpi-cpu,import-b,berlin"};
        String[] other = {"id,class,fleet,label.site", "again-1,rpi-cpu,import-b,lyon"};
        importCsv("dryRun=true", first).body("registered", equalTo(1)).body("dryRun", equalTo(true));
        importCsv("dryRun=false", first).body("registered", equalTo(1));
        importCsv("dryRun=false", first).body("unchanged", equalTo(1)).body("rejected", equalTo(0));

        importCsv("dryRun=false", other)
                .body("rejected", equalTo(1))
                .body("errors[0].code", equalTo("DEVICE_EXISTS"))
                .body("errors[0].reason", containsString("update=true"));
        importCsv("update=true", other).body("updated", equalTo(1));

        assertThat(Api.get("devices/again-1").getString("labels.site")).isEqualTo("lyon");
        assertThat(Api.get("devices/again-1/timeline").getList("kind")).containsExactly("REGISTERED");
    }

    @Test
    void importsJsonLines() {
        Api.createFleet("import-c");

        given().config(AS_TEXT)
                .contentType("application/x-ndjson")
                .body("""
                        {"id": "json-1", "class": "gpu", "fleet": "import-c", "labels": {"site": "lyon"}}
                        {"id": "json-2", "class": "gpu", "fleet": "import-c", "labels": {"rack": 7}}
                        {"id": "json-3", "class": "gpu", "fleet": "import-c", "color": "red"}
                        {"id": "json-4", "class": "gpu", "fleet": "nowhere"}
                        {"id": "json-5"
                        """)
                .post("/api/v1/devices/import")
                .then()
                .statusCode(200)
                .body("registered", equalTo(1))
                .body("errors.line", equalTo(List.of(2, 3, 4, 5)))
                .body("errors.column", equalTo(Arrays.asList("labels", "color", "fleet", null)));
    }

    @Test
    void refusesAHeaderThatItDoesNotKnow() {
        importCsv("dryRun=false", "id,klass", "x,y")
                .statusCode(400)
                .contentType("application/problem+json")
                .body("detail", containsString("'klass'"));
        importCsv("dryRun=false", "").statusCode(400).body("detail", containsString("empty"));
    }

    @Test
    void takesThousandsInOneCallAndListsThemPageByPage() {
        Api.createFleet("import-many");
        String lines = IntStream.range(0, 10_000)
                .mapToObj(i -> String.format("many-%05d,rpi-cpu,import-many,s%d", i, i % 100))
                .collect(Collectors.joining("\n", "id,class,fleet,label.shelf\n", "\n"));

        importCsv("dryRun=false", lines).statusCode(200).body("registered", equalTo(10_000));

        List<String> seen = new ArrayList<>();
        String next = "/api/v1/fleets/import-many/devices?limit=3333";
        int pages = 0;
        while (!next.isEmpty()) {
            Response page = given().get(next);
            page.then().statusCode(200);
            seen.addAll(page.jsonPath().getList("deviceId"));
            Matcher link = NEXT.matcher(page.header("Link") == null ? "" : page.header("Link"));
            next = link.find() ? link.group(1) : "";
            pages++;
        }
        assertThat(pages).isEqualTo(4);
        assertThat(seen).hasSize(10_000).isSorted().doesNotHaveDuplicates();
        assertThat(ids("devices", "fleet = import-many and label.shelf in (s1, s2)"))
                .hasSize(200);
        assertThat(planned("device"))
                .as("what the database plans its queries for")
                .isGreaterThanOrEqualTo(10_000);
    }

    private double planned(String table) {
        return database.inTransaction(tx -> tx.handle()
                .createQuery("select reltuples from pg_class where relname = :table")
                .bind("table", table)
                .mapTo(Double.class)
                .one());
    }

    @Test
    void pointsAtTheCharacterOfAFilter() {
        given().queryParam("filter", "class = rpi-cpu and site = berlin")
                .get("/api/v1/devices")
                .then()
                .statusCode(400)
                .body("code", equalTo("FILTER_INVALID"))
                .body("position", equalTo(21))
                .body("detail", containsString("there is no field 'site'"));
        Api.post("fleets", Map.of("name", "bad-query", "query", "class ="))
                .statusCode(400)
                .body("position", equalTo(8));
        Api.tryGet("fleets/bad-query").statusCode(404);
        given().queryParam("cursor", "?").get("/api/v1/devices").then().statusCode(400);
    }

    @Test
    void aFleetByQueryHasWhatMatchesNow() {
        Api.createFleet("home-q");
        importCsv("fleet=home-q&deviceClass=rpi-cpu", "id,label.zone", "q-1,alpha", "q-2,beta")
                .statusCode(200);
        Map<String, String> query = Map.of("name", "alphas", "query", "label.zone = alpha");
        Api.post("fleets/preview", query).statusCode(400);
        Api.post("fleets/preview", Map.of("query", "label.zone = alpha"))
                .statusCode(200)
                .body("devices", equalTo(1))
                .body("byClass.rpi-cpu", equalTo(1))
                .body("first.deviceId", equalTo(List.of("q-1")));

        Api.post("fleets", query).statusCode(201).body("devices", equalTo(1));

        assertThat(Api.get("devices/q-1/fleets").getList("")).containsExactly("home-q", "alphas");
        importCsv("fleet=home-q&deviceClass=rpi-cpu&update=true", "id,label.zone", "q-1,beta", "q-2,alpha")
                .body("updated", equalTo(2));
        assertThat(Api.get("fleets/alphas").getInt("devices")).isEqualTo(1);
        assertThat(ids("fleets/alphas/devices", "")).containsExactly("q-2");
        assertThat(given().queryParam("filter", "byQuery = true and name like alph*")
                        .get("/api/v1/fleets")
                        .jsonPath()
                        .getList("name"))
                .containsExactly("alphas");
        Api.post("enrolment-tokens", Map.of("fleet", "alphas", "deviceClass", "rpi-cpu"))
                .statusCode(400)
                .body("detail", containsString("is by query"));
        importCsv("fleet=alphas", "id,class", "q-3,gpu").statusCode(400);
    }

    @Test
    void devicesThatNewlyMatchConvergeAndTheRolloutThatBeganLastCommands() throws MqttException, IOException {
        Api.createFleet("home-r");
        quantizedModel("older");
        quantizedModel("newer");
        Api.post("fleets", Map.of("name", "matching-r", "query", "fleet = home-r and label.ring = canary"))
                .statusCode(201);
        try (FakeDevice plain = Story.enrol("home-r", "ring-1");
                FakeDevice canary = Story.enrol("home-r", "ring-2")) {
            importCsv("update=true", "id,class,fleet,label.ring", "ring-2,rpi-cpu,home-r,canary")
                    .body("updated", equalTo(1));
            String older = Story.startRollout("home-r", "older", 1);
            Manifest first = canary.awaitManifest(0);
            String newer = Story.startRollout("matching-r", "newer", 1);
            Manifest second = canary.awaitManifest(first.getSequence());
            assertThat(second.getModelName()).isEqualTo("newer");
            canary.report(second, DeviceState.DEVICE_STATE_ACTIVE);
            plain.report(plain.awaitManifest(0), DeviceState.DEVICE_STATE_ACTIVE);
            Story.awaitRollout(newer, "FINISHED");
            Story.awaitRollout(older, "FINISHED");
            assertThat(Api.get("rollouts/" + older).getList("devices.deviceId")).containsExactly("ring-1");

            importCsv("update=true", "id,class,fleet,label.ring", "ring-1,rpi-cpu,home-r,canary")
                    .body("updated", equalTo(1));

            assertThat(plain.awaitManifest(1).getModelName()).isEqualTo("newer");
            assertThat(Api.get("rollouts/" + newer).getList("devices.deviceId"))
                    .containsExactlyInAnyOrder("ring-1", "ring-2");
        }
    }

    @Test
    void aRolloutLetsGoOfARegisteredDeviceThatBecomesAnotherClass() throws MqttException, IOException {
        Api.createFleet("mistaken");
        Story.quantizedModel(
                worker,
                store,
                "mistaken",
                "for the rpi-cpu alone".getBytes(StandardCharsets.UTF_8),
                job -> job.getDeviceClass().equals("rpi-cpu"));
        importCsv("dryRun=false", "id,class,fleet", "mistaken-2,rpi-cpu,mistaken")
                .body("registered", equalTo(1));
        try (FakeDevice device = Story.enrol("mistaken", "mistaken-1")) {
            Map<String, ?> oneAtATime = Map.of("name", "all", "percent", 100, "concurrency", 1);
            String rollout = Story.startRollout(Map.of(
                    "fleet",
                    "mistaken",
                    "model",
                    "mistaken",
                    "version",
                    1,
                    "strategy",
                    Map.of("stages", List.of(oneAtATime))));
            Story.eventually(() -> assertThat(members(rollout)).isEqualTo(2));

            importCsv("update=true", "id,class,fleet", "mistaken-2,gpu,mistaken")
                    .body("updated", equalTo(1));

            device.report(device.awaitManifest(0), DeviceState.DEVICE_STATE_ACTIVE);
            Story.awaitRollout(rollout, "FINISHED");
        }
    }

    private int members(String rollout) {
        return database.inTransaction(tx -> tx.handle()
                .createQuery("select count(*) from rollout_member where rollout_id = cast(:rollout as uuid)")
                .bind("rollout", rollout)
                .mapTo(Integer.class)
                .one());
    }

    @Test
    void filtersRollouts() throws IOException {
        Api.createFleet("home-f");
        quantizedModel("filtered");
        importCsv("dryRun=false", "id,class,fleet", "filter-1,rpi-cpu,home-f").body("registered", equalTo(1));
        Story.startRollout(Map.of("fleet", "home-f", "model", "filtered", "version", 1, "draft", true));

        given().queryParam("filter", "fleet = home-f and state = draft and version = 1")
                .get("/api/v1/rollouts")
                .then()
                .statusCode(200)
                .body("model", equalTo(List.of("filtered")));
        given().queryParam("filter", "fleet = home-f and state != draft")
                .get("/api/v1/rollouts")
                .then()
                .body("", hasSize(0));
    }

    @Test
    void aRegisteredDeviceEnrolsWithATokenThatFits() {
        Api.createFleet("reg-a");
        Api.createFleet("reg-b");
        importCsv("dryRun=false", "id,class,fleet,label.site", "reg-1,rpi-cpu,reg-a,lyon")
                .body("registered", equalTo(1));

        Api.enrol(Api.token("reg-b", "rpi-cpu", 1), "reg-1", "rpi-cpu")
                .statusCode(403)
                .body("detail", containsString("registered for fleet 'reg-a'"));
        Api.enrol(Api.token("reg-a", "rpi-cpu", 1), "reg-1", "rpi-cpu").statusCode(201);

        assertThat(Api.get("devices/reg-1").getString("lifecycle")).isEqualTo("ENROLLED");
        assertThat(Api.get("devices/reg-1").getString("labels.site"))
                .as("the operator's, not 'lab'")
                .isEqualTo("lyon");
    }

    @Test
    void listsTokensAndRevokesThem() {
        Api.createFleet("tokens");
        String secret = Api.token("tokens", "gpu", 5);
        String id = Api.get("enrolment-tokens").getString("find { it.fleet == 'tokens' }.id");
        assertThat(secret).doesNotContain(id);

        given().delete("/api/v1/enrolment-tokens/" + id).then().statusCode(200).body("usesLeft", equalTo(5));

        Api.enrol(secret, "token-1", "gpu").statusCode(403).body("detail", containsString("revoked"));
        assertThat(Api.get("enrolment-tokens").getList("fleet")).doesNotContain("tokens");
        assertThat(Api.get("enrolment-tokens?all=true").getList("fleet")).contains("tokens");
        given().delete("/api/v1/enrolment-tokens/none").then().statusCode(404);
    }

    @Test
    void aDecommissionedDeviceIsGoneUntilItIsReadmitted() throws MqttException, IOException {
        Api.createFleet("decom");
        quantizedModel("decom");
        try (FakeDevice device = Story.enrol("decom", "decom-1")) {
            String rollout = Story.startRollout("decom", "decom", 1);
            device.report(device.awaitManifest(0), DeviceState.DEVICE_STATE_ACTIVE);
            Story.awaitRollout(rollout, "FINISHED");

            Api.post("devices/decom-1/decommission", Map.of("reason", "sold"))
                    .statusCode(200)
                    .body("lifecycle", equalTo("DECOMMISSIONED"));

            Story.eventually(() -> assertThat(device.wants()).isEmpty());
        }
        Api.post("devices/decom-1/decommission", Map.of()).statusCode(200);
        assertThat(Api.get("devices/decom-1/timeline").getList("kind"))
                .contains("DECOMMISSIONED", "ENROLLED", "DEPLOYED");
        assertThat(ids("devices", "id = decom-1")).isEmpty();
        assertThat(ids("devices", "id = decom-1 and lifecycle = decommissioned"))
                .hasSize(1);
        assertThat(Api.get("fleets/decom").getInt("devices")).isZero();
        Api.enrol(Api.token("decom", "rpi-cpu", 1), "decom-1", "rpi-cpu")
                .statusCode(409)
                .body("code", equalTo("DEVICE_DECOMMISSIONED"));
        String readmitting = Api.post(
                        "enrolment-tokens", Map.of("fleet", "decom", "deviceClass", "rpi-cpu", "readmits", true))
                .statusCode(201)
                .extract()
                .path("token");
        Story.eventually(() -> Api.enrol(readmitting, "decom-1", "rpi-cpu").statusCode(201));
        try (FakeDevice back = new FakeDevice(
                "rpi-cpu",
                Api.enrol(readmitting, "decom-1", "rpi-cpu")
                        .statusCode(201)
                        .extract()
                        .jsonPath())) {
            assertThat(back.awaitManifest(1).getModelName()).isEqualTo("decom");
        }
        Api.post("devices/unheard-of/decommission", Map.of()).statusCode(404);
    }
}
