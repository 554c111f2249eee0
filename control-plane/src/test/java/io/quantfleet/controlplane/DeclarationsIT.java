package io.quantfleet.controlplane;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.quantfleet.controlplane.testing.Api;
import io.quantfleet.controlplane.testing.EmbeddedParts;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is put as it shall be, again and again: rollout policies, fleets, and what their dry runs say. */
@QuarkusTest
@WithTestResource(EmbeddedParts.class)
class DeclarationsIT {
    private static final Map<String, ?> STRATEGY = Map.of(
            "stages",
            List.of(Map.of("name", "canary", "percent", 5, "soak", "PT600S"), Map.of("name", "all", "percent", 100)));

    @BeforeEach
    void await() {
        Api.awaitReady();
    }

    private static ValidatableResponse put(String path, Object body) {
        return given().contentType("application/json")
                .body(body)
                .put("/api/v1/" + path)
                .then();
    }

    @Test
    void keepsAPolicyAsItWasPutLast() {
        put("rollout-policies/careful", STRATEGY).statusCode(200).body("strategy.stages[0].soak", equalTo("PT10M"));
        put("rollout-policies/careful", Map.of("stages", List.of(Map.of("name", "all", "percent", 100))))
                .statusCode(200);

        assertThat(Api.get("rollout-policies/careful").getList("strategy.stages"))
                .hasSize(1);
        assertThat(Api.get("rollout-policies").getList("name")).contains("careful");

        given().delete("/api/v1/rollout-policies/careful").then().statusCode(204);
        Api.tryGet("rollout-policies/careful").statusCode(404);
        given().delete("/api/v1/rollout-policies/careful").then().statusCode(404);
    }

    @Test
    void keepsNothingOfDryRuns() {
        put("rollout-policies/dry?dryRun=true", STRATEGY).statusCode(200);
        put("fleets/dry?dryRun=true", Map.of("query", "class = gpu")).statusCode(200);
        put("fleets/dry/maintenance-windows?dryRun=true", Map.of("windows", List.of()))
                .statusCode(200);
        put("alert-rules/dry?dryRun=true", Map.of("condition", Map.of("kind", "ABSENCE", "over", "PT10M")))
                .statusCode(200);

        Api.tryGet("rollout-policies/dry").statusCode(404);
        Api.tryGet("fleets/dry").statusCode(404);
        Api.tryGet("alert-rules/dry").statusCode(404);
    }

    @Test
    void refusesPoliciesThatNoRolloutCouldTake() {
        put("rollout-policies/none", Map.of("stages", List.of()))
                .statusCode(400)
                .body("detail", containsString("1 to 20 stages"));
        put(
                        "rollout-policies/dated",
                        Map.of(
                                "stages",
                                List.of(Map.of("name", "all", "percent", 100)),
                                "startAt",
                                "2030-01-01T00:00:00Z"))
                .statusCode(400)
                .body("detail", containsString("'startAt' belongs to one rollout"));
        Api.post("rollouts", Map.of("fleet", "f", "model", "m", "version", 1, "policy", "p", "strategy", STRATEGY))
                .statusCode(400)
                .body("detail", containsString("give one of them"));
        Api.post("rollouts", Map.of("fleet", "f", "model", "m", "version", 1, "policy", "there-is-none"))
                .statusCode(404)
                .body("detail", containsString("there-is-none"));
    }

    @Test
    void changesAFleetAndLooksUpItsDevicesAnew() {
        Api.createFleet("home-of-changed");
        Api.enrol(Api.token("home-of-changed", "gpu", 1), "changed-1", "gpu").statusCode(201);
        put("fleets/changed", Map.of("query", "class = rpi-cpu and id = changed-1"))
                .statusCode(200)
                .body("devices", equalTo(0));

        put("fleets/changed", Map.of("query", "id = changed-1", "description", "now it is in"))
                .statusCode(200)
                .body("devices", equalTo(1))
                .body("description", equalTo("now it is in"));
    }

    @Test
    void keepsStaticFleetsStatic() {
        put("fleets/static-one", Map.of("description", "by hand")).statusCode(200);

        put("fleets/static-one", Map.of("query", "class = gpu"))
                .statusCode(409)
                .body("code", equalTo("ILLEGAL_STATE"))
                .body("detail", containsString("is static and stays so"));
        put("fleets/static-one", Map.of("query", "clas = gpu")).statusCode(400).body("position", equalTo(1));
    }
}
