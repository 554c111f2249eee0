package io.quantfleet.controlplane;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.startsWith;

import io.quantfleet.controlplane.testing.EmbeddedParts;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Device classes, fleets, enrolment and health over REST. */
@QuarkusTest
@WithTestResource(EmbeddedParts.class)
class RegistryIT {
    @BeforeEach
    void awaitReadiness() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> when().get("/q/health/ready").then().statusCode(200));
    }

    @Test
    void namesEveryPartInItsHealth() {
        when().get("/q/health")
                .then()
                .statusCode(200)
                .body("checks.name", hasItems("database", "kafka", "mqtt", "object-store"));
    }

    @Test
    void hasTheBuiltInDeviceClasses() {
        when().get("/api/v1/device-classes")
                .then()
                .statusCode(200)
                .body("name", hasItems("rpi-cpu", "phone-npu", "gpu"));
    }

    @Test
    void refusesASecondFleetOfTheSameName() {
        given().contentType("application/json")
                .body("{\"name\": \"taken\"}")
                .post("/api/v1/fleets")
                .then()
                .statusCode(201);

        given().contentType("application/json")
                .body("{\"name\": \"taken\"}")
                .post("/api/v1/fleets")
                .then()
                .statusCode(409)
                .contentType(startsWith("application/problem+json"))
                .body("code", equalTo("NAME_TAKEN"));
    }
}
