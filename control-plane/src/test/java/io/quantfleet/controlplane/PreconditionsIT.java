package io.quantfleet.controlplane;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quantfleet.controlplane.testing.Api;
import io.quantfleet.controlplane.testing.EmbeddedParts;
import io.quantfleet.controlplane.testing.Story;
import io.quantfleet.controlplane.testing.WorkerStory;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Entity tags on what can be changed, changes only of what was read, and lists by pages. */
@QuarkusTest
@WithTestResource(EmbeddedParts.class)
class PreconditionsIT extends WorkerStory {
    private static final Pattern NEXT = Pattern.compile("<([^>]+)>; rel=\"next\"");
    private static final String OLD = "\"0123456789abcdef0123456789abcdef\"";

    private static String tag(String path) {
        String tag =
                given().get("/api/v1/" + path).then().statusCode(200).extract().header("ETag");
        given().header("If-None-Match", tag)
                .get("/api/v1/" + path)
                .then()
                .statusCode(304)
                .header("ETag", equalTo(tag))
                .body(equalTo(""));
        given().header("If-None-Match", OLD).get("/api/v1/" + path).then().statusCode(200);
        return tag;
    }

    private static Response put(String path, String tag, Object body) {
        return given().contentType("application/json")
                .header("If-Match", tag)
                .body(body)
                .put("/api/v1/" + path);
    }

    private static void failed(ValidatableResponse response) {
        response.statusCode(412).contentType("application/problem+json").body("code", equalTo("PRECONDITION_FAILED"));
    }

    private static Map<String, ?> rule(String severity) {
        return Map.of("condition", Map.of("kind", "ABSENCE", "over", "PT5M"), "severity", severity, "enabled", false);
    }

    @Test
    void anAlertRuleIsMadeChangedAndDeletedAsItWasRead() {
        String path = "alert-rules/tagged";
        String made = given().contentType("application/json")
                .header("If-None-Match", "*")
                .body(rule("info"))
                .put("/api/v1/" + path)
                .then()
                .statusCode(201)
                .extract()
                .header("ETag");
        failed(given().contentType("application/json")
                .header("If-None-Match", "*")
                .body(rule("info"))
                .put("/api/v1/" + path)
                .then());
        assertThat(tag(path)).isEqualTo(made);

        String changed = put(path, made, rule("critical"))
                .then()
                .statusCode(200)
                .extract()
                .header("ETag");
        assertThat(changed).isNotEqualTo(made);
        failed(put(path, made, rule("warning")).then());
        assertThat(Api.get(path).getString("severity")).isEqualTo("critical");

        failed(given().header("If-Match", made).delete("/api/v1/" + path).then());
        given().header("If-Match", changed).delete("/api/v1/" + path).then().statusCode(204);
        failed(put(path, changed, rule("warning")).then());
    }

    @Test
    void aReceiverIsChangedAsItWasRead() {
        String path = "alert-receivers/tagged";
        Map<String, String> body = Map.of("kind", "WEBHOOK", "url", "http://127.0.0.1:9/hook");
        String tag = given().contentType("application/json")
                .body(body)
                .put("/api/v1/" + path)
                .header("ETag");
        assertThat(tag(path)).isEqualTo(tag);

        failed(put(path, OLD, body).then());
        failed(given().header("If-Match", OLD).delete("/api/v1/" + path).then());
        given().header("If-Match", tag).delete("/api/v1/" + path).then().statusCode(204);
    }

    @Test
    void aDryRunOfAReceiverSaysWhetherItsSecretWouldBeAnotherAndKeepsNothing() {
        String path = "alert-receivers/tried";
        Map<String, String> body = Map.of("kind", "WEBHOOK", "url", "http://127.0.0.1:9/hook", "secret", "first");
        Map<String, String> other = Map.of("kind", "WEBHOOK", "url", "http://127.0.0.1:9/hook", "secret", "second");
        tryOut(path, body).body("otherSecret", equalTo(true));
        given().get("/api/v1/" + path).then().statusCode(404);

        given().contentType("application/json").body(body).put("/api/v1/" + path);
        tryOut(path, body).body("otherSecret", equalTo(false));
        tryOut(path, other).body("otherSecret", equalTo(true));
        tryOut(path, body).body("otherSecret", equalTo(false));
    }

    private static ValidatableResponse tryOut(String path, Object body) {
        return given().contentType("application/json")
                .body(body)
                .put("/api/v1/" + path + "?dryRun=true")
                .then()
                .statusCode(200);
    }

    @Test
    void aRolloutPolicyIsMadeChangedAndDeletedAsItWasRead() {
        String path = "rollout-policies/tagged";
        Map<String, ?> careful = Map.of("stages", List.of(Map.of("name", "all", "percent", 100)));
        Map<String, ?> bold = Map.of("stages", List.of(Map.of("name", "everybody", "percent", 100)));
        String made = given().contentType("application/json")
                .header("If-None-Match", "*")
                .body(careful)
                .put("/api/v1/" + path)
                .then()
                .statusCode(200)
                .extract()
                .header("ETag");
        failed(given().contentType("application/json")
                .header("If-None-Match", "*")
                .body(bold)
                .put("/api/v1/" + path)
                .then());
        assertThat(tag(path)).isEqualTo(made);

        put(path, made, bold).then().statusCode(200);
        failed(put(path, made, careful).then());
        assertThat(Api.get(path).getString("strategy.stages[0].name")).isEqualTo("everybody");
        failed(given().header("If-Match", made).delete("/api/v1/" + path).then());
        given().header("If-Match", tag(path)).delete("/api/v1/" + path).then().statusCode(204);
    }

    @Test
    void aDeviceClassAndMaintenanceWindowsAreChangedAsTheyWereRead() {
        String profile = Api.get("device-classes/gpu").getString("profile").replace("name: gpu", "name: tagged-gpu");
        Api.post("device-classes", Map.of("profile", profile)).statusCode(201);
        String classTag = tag("device-classes/tagged-gpu");
        failed(put("device-classes/tagged-gpu", OLD, Map.of("profile", profile)).then());
        put("device-classes/tagged-gpu", classTag, Map.of("profile", "# mine\n" + profile))
                .then()
                .statusCode(200);
        failed(put("device-classes/tagged-gpu", classTag, Map.of("profile", profile))
                .then());

        Api.createFleet("tagged");
        tag("fleets/tagged");
        String windows = "fleets/tagged/maintenance-windows";
        String tag = tag(windows);
        failed(put(windows, OLD, Map.of("windows", List.of())).then());
        put(windows, tag, Map.of("windows", List.of(Map.of("cron", "0 2 * * *", "duration", "PT1H", "zone", "UTC"))))
                .then()
                .statusCode(200);
        failed(put(windows, tag, Map.of("windows", List.of())).then());
    }

    @Test
    void aFleetByQueryIsChangedAsItWasRead() {
        Api.post("fleets", Map.of("name", "tagged-query", "query", "class = gpu"))
                .statusCode(201);
        String path = "fleets/tagged-query";
        Story.eventually(() -> {
            // Its devices may be looked up in between.
            String tag = given().get("/api/v1/" + path).header("ETag");
            put(path, tag, Map.of("description", "mine", "query", "class = gpu"))
                    .then()
                    .statusCode(200);
        });
        failed(put(path, OLD, Map.of("description", "theirs", "query", "class = gpu"))
                .then());

        assertThat(Api.get(path).getString("description")).isEqualTo("mine");
    }

    @Test
    void ofManyWhoReadTheSameLabelsOneChangesThem() throws Exception {
        Api.createFleet("tagged-labels");
        Story.enrol("tagged-labels", "tagged-device").close();
        String path = "devices/tagged-device/labels";
        String tag = tag(path);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<Response>> answers;
        try {
            answers = threads.invokeAll(IntStream.range(0, 8)
                    .mapToObj(i -> (Callable<Response>)
                            () -> put(path, tag, Map.of("labels", Map.of("hall", String.valueOf(i)))))
                    .toList());
        } finally {
            threads.shutdown();
        }

        List<Integer> statuses = new ArrayList<>();
        for (Future<Response> answer : answers) {
            statuses.add(answer.get().statusCode());
        }
        assertThat(statuses).containsOnlyOnce(200).containsOnly(200, 412);
        assertThat(Api.get(path).getMap("labels")).containsOnlyKeys("hall");
        // That it has gone offline may come in between.
        Story.eventually(() -> tag("devices/tagged-device"));
    }

    @Test
    void aRolloutIsChangedAsItWasRead() throws Exception {
        quantizedModel("tagged-model");
        Api.createFleet("tagged-rollout");
        Story.enrol("tagged-rollout", "tagged-rollout-device").close();
        String id = Story.startRollout(
                Map.of("fleet", "tagged-rollout", "model", "tagged-model", "version", 1, "draft", true));
        String tag = tag("rollouts/" + id);

        failed(given().contentType("application/json")
                .header("If-Match", OLD)
                .body(Map.of())
                .post("/api/v1/rollouts/" + id + "/abort")
                .then());
        assertThat(Api.get("rollouts/" + id).getString("state")).isEqualTo("DRAFT");
        given().contentType("application/json")
                .header("If-Match", tag)
                .body(Map.of())
                .post("/api/v1/rollouts/" + id + "/abort")
                .then()
                .statusCode(200)
                .body("state", equalTo("ABORTED"));
        pages("rollouts/" + id + "/history", 2);
        Story.eventually(() -> pages("devices/tagged-rollout-device/timeline", 1));
        pages("models/tagged-model/versions/1/variants", 3);
    }

    @Test
    void listsWithoutFilterComeByPagesToo() {
        for (int i = 0; i < 3; i++) {
            put("alert-rules/paged-" + i, "*", rule("info")).then().statusCode(412);
            given().contentType("application/json").body(rule("info")).put("/api/v1/alert-rules/paged-" + i);
        }

        pages("alert-rules", 3);
        pages("device-classes", 3);
        given().queryParam("cursor", "bm90IGEgam9i")
                .get("/api/v1/alert-rules")
                .then()
                .statusCode(400)
                .body("code", equalTo("REQUEST_INVALID"));
    }

    /** Reads a list as a whole and one by one, and expects the same of both. */
    private static void pages(String path, int atLeast) {
        List<Object> whole = Api.get(path).getList("$");
        assertThat(whole).hasSizeGreaterThanOrEqualTo(atLeast);
        List<Object> oneByOne = new ArrayList<>();
        Response page = given().queryParam("limit", 1).get("/api/v1/" + path);
        while (true) {
            oneByOne.addAll(page.then().statusCode(200).extract().jsonPath().getList("$"));
            Matcher next = NEXT.matcher(String.valueOf(page.getHeader("Link")));
            if (!next.find()) {
                break;
            }
            page = given().urlEncodingEnabled(false).get(next.group(1));
        }
        assertThat(oneByOne).isEqualTo(whole);
    }
}
