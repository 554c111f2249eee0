package io.quantfleet.controlplane.testing;

import static io.quantfleet.controlplane.testing.Patience.await;
import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;

import io.restassured.builder.MultiPartSpecBuilder;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The REST interface as a user sees it. */
public final class Api {

    private Api() {}

    public static void awaitReady() {
        await().untilAsserted(() -> when().get("/q/health/ready").then().statusCode(200));
    }

    public static ValidatableResponse post(String path, Object body) {
        return given().contentType("application/json")
                .body(body)
                .post("/api/v1/" + path)
                .then();
    }

    public static JsonPath get(String path) {
        return when().get("/api/v1/" + path).then().statusCode(200).extract().jsonPath();
    }

    public static ValidatableResponse tryGet(String path) {
        return when().get("/api/v1/" + path).then();
    }

    public static void createFleet(String name) {
        post("fleets", Map.of("name", name)).statusCode(201);
    }

    public static String token(String fleet, String deviceClass, int uses) {
        return post("enrolment-tokens", Map.of("fleet", fleet, "deviceClass", deviceClass, "uses", uses))
                .statusCode(201)
                .extract()
                .path("token");
    }

    public static ValidatableResponse enrol(String token, String deviceId, String deviceClass) {
        return post(
                "enrolments",
                Map.of(
                        "token", token,
                        "deviceId", deviceId,
                        "deviceClass", deviceClass,
                        "agentVersion", "1.0.0",
                        "labels", Map.of("site", "lab")));
    }

    /** A description that the schema takes. */
    public static String description(String model) {
        return """
                name: %s
                task: classification
                onnx: model.onnx
                inputs:
                  - name: image
                    kind: image
                    layout: NCHW
                    channels: RGB
                    size: [32, 32]
                output: logits
                labels: [cat, dog]
                """.formatted(model);
    }

    public static ValidatableResponse register(String model, String onnx) {
        return register(description(model), bytes(onnx), bytes("calibration"), bytes("validation"));
    }

    public static ValidatableResponse register(String description, byte[] onnx, byte[] calibration, byte[] validation) {
        return form(description, onnx, calibration, validation)
                .post("/api/v1/models")
                .then();
    }

    public static ValidatableResponse registerWith(String model, String options) {
        return form(description(model), bytes("graph of " + model), bytes("calibration"), bytes("validation"))
                .multiPart("options", options)
                .post("/api/v1/models")
                .then();
    }

    /** Registers a version with samples to train with. */
    public static ValidatableResponse registerForTraining(String model, String options) {
        return form(description(model), bytes("graph of " + model), bytes("calibration"), bytes("validation"))
                .multiPart(part("training", "training.npz", bytes("training")))
                .multiPart("options", options)
                .post("/api/v1/models")
                .then();
    }

    private static RequestSpecification form(String description, byte[] onnx, byte[] calibration, byte[] validation) {
        return given().multiPart(part("description", "model.yaml", bytes(description)))
                .multiPart(part("onnx", "any.onnx", onnx))
                .multiPart(part("calibration", "calibration.zip", calibration))
                .multiPart(part("validation", "validation.npz", validation));
    }

    /** A page of the console. */
    public static String page(String path) {
        return given().accept("text/html")
                .get("/" + path)
                .then()
                .statusCode(200)
                .extract()
                .asString();
    }

    public static String putArtifact(byte[] content) {
        return given().contentType("application/octet-stream")
                .body(content)
                .put("/api/v1/artifacts")
                .then()
                .statusCode(200)
                .extract()
                .path("sha256");
    }

    public static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static io.restassured.specification.MultiPartSpecification part(String name, String file, byte[] content) {
        return new MultiPartSpecBuilder(content)
                .controlName(name)
                .fileName(file)
                .mimeType("application/octet-stream")
                .build();
    }
}
