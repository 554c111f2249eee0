package io.quantfleet.controlplane;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.controlplane.testing.Api;
import io.quantfleet.controlplane.testing.EmbeddedParts;
import io.quantfleet.controlplane.testing.Story;
import io.quantfleet.controlplane.testing.WorkerStory;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.builder.MultiPartSpecBuilder;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Requests that make something, sent again with their {@code Idempotency-Key}. */
@QuarkusTest
@WithTestResource(EmbeddedParts.class)
class IdempotencyIT extends WorkerStory {
    @Inject
    Database database;

    private static String newKey() {
        return '"' + UUID.randomUUID().toString() + '"';
    }

    private static Response post(String path, String key, Object body) {
        return given().contentType("application/json")
                .header("Idempotency-Key", key)
                .body(body)
                .post("/api/v1/" + path);
    }

    private static void assertSame(Response again, Response first, int status) {
        assertThat(first.statusCode()).as(first.asString()).isEqualTo(status);
        assertThat(again.statusCode()).as(again.asString()).isEqualTo(status);
        assertThat(again.asString()).isEqualTo(first.asString());
        assertThat(again.header("Location")).isEqualTo(first.header("Location"));
        assertThat(again.contentType()).isEqualTo(first.contentType());
    }

    @Test
    void aFleetIsMadeOnceAndAnsweredAsTheFirstTime() {
        String key = newKey();
        Map<String, String> fleet = Map.of("name", "idem-fleet", "description", "once");

        Response first = post("fleets", key, fleet);

        assertSame(post("fleets", key, fleet), first, 201);
        post("fleets", newKey(), fleet).then().statusCode(409).body("code", equalTo("NAME_TAKEN"));
    }

    @Test
    void aKeyIsOfOneRequest() {
        String key = newKey();
        post("fleets", key, Map.of("name", "idem-one")).then().statusCode(201);

        post("fleets", key, Map.of("name", "idem-two"))
                .then()
                .statusCode(422)
                .contentType("application/problem+json")
                .body("code", equalTo("IDEMPOTENCY_KEY_REUSED"));
        Api.tryGet("fleets/idem-two").statusCode(404);
    }

    @Test
    void whatIsRefusedMayBeTriedAgain() {
        String key = newKey();
        Map<String, ?> token = Map.of("fleet", "idem-later", "deviceClass", "gpu");
        post("enrolment-tokens", key, token).then().statusCode(404);
        Api.createFleet("idem-later");

        post("enrolment-tokens", key, token).then().statusCode(201);
    }

    @Test
    void aKeyThatIsNoneIsRefused() {
        for (String key : List.of("\"\"", "\"unfinished", "with space", "ü", "x".repeat(256))) {
            post("fleets", key, Map.of("name", "idem-none"))
                    .then()
                    .statusCode(400)
                    .body("code", equalTo("REQUEST_INVALID"));
        }
        post("fleets", "idem-bare", Map.of("name", "idem-bare")).then().statusCode(201);
        post("fleets", "\"idem-bare\"", Map.of("name", "idem-bare")).then().statusCode(201);
    }

    @Test
    void aTokensSecretIsAnsweredAgainAndStoredNowhere() {
        Api.createFleet("idem-secret");
        String key = newKey();
        Map<String, ?> token = Map.of("fleet", "idem-secret", "deviceClass", "gpu");

        Response first = post("enrolment-tokens", key, token);

        assertSame(post("enrolment-tokens", key, token), first, 201);
        String secret = first.path("token");
        List<String> kept = database.inTransaction(tx -> tx.handle()
                .createQuery("select encode(body, 'escape') from idempotent_answer")
                .mapTo(String.class)
                .list());
        assertThat(kept).isNotEmpty().noneMatch(body -> body.contains(secret) || body.contains("idem-secret"));
    }

    @Test
    void manyAtTheSameTimeMakeOne() throws Exception {
        Api.createFleet("idem-crowd");
        String key = newKey();
        Map<String, ?> token = Map.of("fleet", "idem-crowd", "deviceClass", "gpu");
        ExecutorService threads = Executors.newFixedThreadPool(8);
        List<Future<Response>> answers;
        try {
            answers = threads.invokeAll(
                    Stream.generate(() -> (Callable<Response>) () -> post("enrolment-tokens", key, token))
                            .limit(24)
                            .toList());
        } finally {
            threads.shutdown();
        }

        Response first = post("enrolment-tokens", key, token);
        for (Future<Response> answer : answers) {
            if (answer.get().statusCode() == 409) {
                assertThat(answer.get().<String>path("code")).isEqualTo("IDEMPOTENCY_KEY_IN_USE");
            } else {
                assertSame(answer.get(), first, 201);
            }
        }
        assertThat(given().queryParam("all", true)
                        .get("/api/v1/enrolment-tokens")
                        .jsonPath()
                        .getList("findAll { it.fleet == 'idem-crowd' }"))
                .hasSize(1);
    }

    @Test
    void aModelVersionIsRegisteredOnce() {
        String key = newKey();

        Response first = register(key, "graph");

        assertSame(register(key, "graph"), first, 201);
        assertThat(Api.get("models/idem-model").getList("version")).isEqualTo(List.of(1));
        assertThat(register(key, "another graph").statusCode()).isEqualTo(422);
    }

    private static Response register(String key, String onnx) {
        return Stream.of(
                        Map.entry("description", Map.entry("m.yaml", Api.description("idem-model"))),
                        Map.entry("onnx", Map.entry("model.onnx", onnx)),
                        Map.entry("calibration", Map.entry("calibration.zip", "calibration")),
                        Map.entry("validation", Map.entry("validation.zip", "validation")))
                .reduce(
                        given().header("Idempotency-Key", key),
                        (form, part) -> form.multiPart(new MultiPartSpecBuilder(
                                        Api.bytes(part.getValue().getValue()))
                                .controlName(part.getKey())
                                .fileName(part.getValue().getKey())
                                .mimeType("application/octet-stream")
                                .build()),
                        (one, other) -> one)
                .post("/api/v1/models");
    }

    @Test
    void deviceClassesJobsAndRolloutsAreMadeOnce() throws Exception {
        String profile = Api.get("device-classes/gpu").getString("profile").replace("name: gpu", "name: idem-gpu");
        Map<String, String> deviceClass = Map.of("profile", profile);
        String key = newKey();
        assertSame(post("device-classes", key, deviceClass), post("device-classes", key, deviceClass), 201);

        quantizedModel("idem-rollout");
        Api.createFleet("idem-rollout");
        Story.enrol("idem-rollout", "idem-device").close();
        Map<String, ?> rollout = Map.of("fleet", "idem-rollout", "model", "idem-rollout", "version", 1, "draft", true);
        String another = newKey();
        Response first = post("rollouts", another, rollout);
        assertSame(post("rollouts", another, rollout), first, 201);
        assertThat(given().queryParam("filter", "fleet = idem-rollout")
                        .get("/api/v1/rollouts")
                        .jsonPath()
                        .getList("id"))
                .hasSize(1);

        String jobs = "models/idem-rollout/versions/1/jobs";
        String third = newKey();
        Map<String, ?> classes = Map.of("deviceClasses", List.of("gpu"));
        assertSame(post(jobs, third, classes), post(jobs, third, classes), 201);
        assertThat(post(jobs.replace("/1/", "/2/"), third, classes).statusCode())
                .isEqualTo(422);
    }
}
