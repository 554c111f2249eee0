package io.quantfleet.controlplane;

import static io.restassured.RestAssured.when;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasKey;

import io.quantfleet.controlplane.testing.Api;
import io.quantfleet.controlplane.testing.EmbeddedParts;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Device classes, fleets, enrolment and health over REST. */
@QuarkusTest
@WithTestResource(EmbeddedParts.class)
class RegistryIT {
    @BeforeEach
    void awaitReadiness() {
        Api.awaitReady();
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
        Api.createFleet("taken");

        Api.post("fleets", Map.of("name", "taken"))
                .statusCode(409)
                .contentType("application/problem+json")
                .body("code", equalTo("NAME_TAKEN"));
    }

    @Test
    void describesItselfAndItsFigures() {
        when().get("/q/openapi?format=json").then().statusCode(200).body("paths", hasKey("/api/v1/rollouts"));
        when().get("/q/metrics").then().statusCode(200);
    }
}
