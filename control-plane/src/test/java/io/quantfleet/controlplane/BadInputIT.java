package io.quantfleet.controlplane;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.quantfleet.controlplane.testing.Api;
import io.quantfleet.controlplane.testing.EmbeddedParts;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Collections;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests that can't be carried out: a stable code, a message that says what is wrong, and nothing left behind. */
@QuarkusTest
@WithTestResource(EmbeddedParts.class)
class BadInputIT {
    private static final byte[] DATA = Api.bytes("data");

    @BeforeEach
    void awaitReadiness() {
        Api.awaitReady();
    }

    @Test
    void registersTheSameContentOnceAndNamesItsVersion() {
        Api.register("same", "graph 1").statusCode(201).body("version", equalTo(1));
        Api.register("same", "graph 2").statusCode(201).body("version", equalTo(2));

        refused(Api.register("same", "graph 1"), 409, "MODEL_VERSION_EXISTS", "version 1 of model 'same'");
    }

    @Test
    void refusesEmptyFiles() {
        String description = Api.description("empty");
        refused(Api.register(description, new byte[0], DATA, DATA), 400, "MODEL_MALFORMED", "is empty");
        refused(Api.register(description, DATA, new byte[0], DATA), 400, "DATASET_INVALID", "calibration");
        refused(Api.register(description, DATA, DATA, new byte[0]), 400, "DATASET_INVALID", "validation");
        Api.tryGet("models/empty").statusCode(404);
    }

    @Test
    void refusesADescriptionThatBreaksTheSchema() {
        refused(Api.register(Api.description("../escape"), DATA, DATA, DATA), 400, "DESCRIPTION_INVALID", "name");
        refused(Api.register("task: classification", DATA, DATA, DATA), 400, "DESCRIPTION_INVALID", "inputs");
    }

    @Test
    void refusesForALanguageModelWhatMeansNothingThere() {
        String description = """
                name: tiny
                task: language-model
                onnx: model.onnx
                inputs:
                  - name: input_ids
                    kind: tensor
                    type: int64
                    shape: [batch, 8]
                output: logits
                vocabulary: 50
                """;
        refused(
                Api.register(description, DATA, DATA, DATA),
                400,
                "DATASET_INVALID",
                "a .npz file with the array input_ids");
        refused(
                tokens(description)
                        .multiPart("maxLossPoints", "1")
                        .post("/api/v1/models")
                        .then(),
                400,
                "REQUEST_INVALID",
                "give maxPerplexityIncrease in the options instead");
        refused(
                tokens(Api.description("tiny"))
                        .multiPart("options", "{\"maxPerplexityIncrease\": 1}")
                        .post("/api/v1/models")
                        .then(),
                400,
                "REQUEST_INVALID",
                "are the budget of a language model");
        Api.tryGet("models/tiny").statusCode(404);
    }

    private static RequestSpecification tokens(String description) {
        return given().multiPart("description", "m.yaml", Api.bytes(description))
                .multiPart("onnx", "model.onnx", DATA)
                .multiPart("calibration", "c.npz", DATA)
                .multiPart("validation", "v.npz", DATA);
    }

    @Test
    void refusesAFormThatLacksAPartOrHasAnUnknownOne() {
        refused(
                given().multiPart("description", "m.yaml", Api.bytes(Api.description("m")))
                        .post("/api/v1/models")
                        .then(),
                400,
                "REQUEST_INVALID",
                "no part 'onnx'");
        refused(
                given().multiPart("descripton", "m.yaml", DATA)
                        .post("/api/v1/models")
                        .then(),
                400,
                "REQUEST_INVALID",
                "unknown part 'descripton'");
    }

    @Test
    void refusesNamesThatAreNone() {
        refused(Api.post("fleets", Map.of("name", "a/b")), 400, "REQUEST_INVALID", "'a/b'");
        refused(Api.post("fleets", Map.of()), 400, "REQUEST_INVALID", "fleet");
        refused(Api.post("fleets", Map.of("nmae", "x")), 400, "REQUEST_INVALID", "nmae");
        refused(Api.post("fleets", "{"), 400, "REQUEST_INVALID", "JSON");
    }

    @Test
    void refusesAProfileThatBreaksTheSchemaOrTakesAName() {
        refused(Api.post("device-classes", Map.of("profile", "name: x")), 400, "PROFILE_INVALID", "required");
        String profile = Api.get("device-classes/gpu").getString("profile");
        refused(Api.post("device-classes", Map.of("profile", profile)), 409, "NAME_TAKEN", "'gpu'");
        Api.post("device-classes", Map.of("profile", profile.replace("name: gpu", "name: my-gpu")))
                .statusCode(201);
        Api.tryGet("device-classes/my-gpu").statusCode(200).body("builtIn", equalTo(false));
    }

    @Test
    void letsNobodyInWithAWrongToken() {
        Api.createFleet("guarded");
        String token = Api.token("guarded", "gpu", 1);
        refused(Api.enrol("qfe_guess", "dev-x", "gpu"), 403, "ENROLMENT_TOKEN_INVALID", "unknown");
        refused(Api.enrol(token, "dev-x", "rpi-cpu"), 403, "ENROLMENT_TOKEN_INVALID", "'gpu'");
        refused(Api.enrol(token, "no/slash", "gpu"), 400, "REQUEST_INVALID", "no/slash");

        Api.enrol(token, "dev-1", "gpu").statusCode(201);
        refused(Api.enrol(token, "dev-2", "gpu"), 403, "ENROLMENT_TOKEN_INVALID", "used up");
        Api.enrol(token, "dev-1", "gpu").statusCode(201);
        refused(Api.enrol(Api.token("guarded", "gpu", 1), "dev-1", "gpu"), 409, "DEVICE_EXISTS", "'dev-1'");
        Api.tryGet("fleets/guarded").body("devices", equalTo(1));
    }

    @Test
    void saysWhatIsNotThere() {
        refused(Api.tryGet("devices/nobody"), 404, "NOT_FOUND", "'nobody'");
        refused(Api.tryGet("models/none/versions/1"), 404, "NOT_FOUND", "'none'");
        refused(Api.tryGet("rollouts/none"), 404, "NOT_FOUND", "'none'");
        refused(Api.tryGet("artifacts/abc"), 400, "REQUEST_INVALID", "abc");
        refused(
                Api.post("rollouts", Map.of("fleet", "no-fleet", "model", "m", "version", 1)),
                404,
                "NOT_FOUND",
                "'no-fleet'");
        refused(
                Api.post("enrolment-tokens", Map.of("fleet", "no-fleet", "deviceClass", "gpu")),
                404,
                "NOT_FOUND",
                "'no-fleet'");
    }

    @Test
    void streamsAnArtifactInAndOutAndRefusesAnEmptyOne() {
        int mebibytes = 64;
        InputStream large = new SequenceInputStream(Collections.enumeration(IntStream.range(0, mebibytes)
                .mapToObj(i -> new ByteArrayInputStream(new byte[1 << 20]))
                .toList()));
        String sha256 = given().contentType("application/octet-stream")
                .body(large)
                .put("/api/v1/artifacts")
                .then()
                .statusCode(200)
                .body("size", equalTo(mebibytes << 20))
                .extract()
                .path("sha256");

        assertThat(when().get("/api/v1/artifacts/" + sha256).asByteArray()).hasSize(mebibytes << 20);
        refused(
                given().contentType("application/octet-stream")
                        .body(new byte[0])
                        .put("/api/v1/artifacts")
                        .then(),
                400,
                "REQUEST_INVALID",
                "empty");
    }

    private static void refused(ValidatableResponse response, int status, String code, String says) {
        response.statusCode(status)
                .contentType("application/problem+json")
                .body("code", equalTo(code))
                .body("status", equalTo(status))
                .body("detail", containsString(says));
    }
}
