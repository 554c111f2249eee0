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
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is done to many devices at once is done to all of them or to none. */
@QuarkusTest
@WithTestResource(EmbeddedParts.class)
class DeviceActionsIT {
    @BeforeEach
    void awaitReadiness() {
        Api.awaitReady();
    }

    @Test
    void labelsDevicesByTheirIdsAndTakesLabelsAway() {
        register("bulk-labels", "bulk-l", 3);
        act("labels", Map.of("devices", List.of("bulk-l-1", "bulk-l-2"), "set", Map.of("site", "lyon", "line", "3")))
                .statusCode(200)
                .body("selected", equalTo(2))
                .body("changed", equalTo(2));
        act("labels", Map.of("filter", "id like bulk-l-*", "set", Map.of("site", "lyon"), "remove", List.of("line")))
                .statusCode(200)
                .body("selected", equalTo(3))
                .body("changed", equalTo(3));
        act("labels", Map.of("filter", "id like bulk-l-*", "set", Map.of("site", "lyon")))
                .body("changed", equalTo(0));

        assertThat(Api.get("devices/bulk-l-1").getMap("labels")).isEqualTo(Map.of("site", "lyon"));
        assertThat(Api.get("devices/bulk-l-3/timeline").getString("find { it.kind == 'LABELLED' }.reason"))
                .isEqualTo("site=lyon, without line, by ann");
    }

    @Test
    void movesDevicesToAnotherStaticFleet() {
        register("bulk-from", "bulk-m", 2);
        Api.createFleet("bulk-to");
        Api.post("fleets", Map.of("name", "bulk-by-query", "query", "class = gpu"))
                .statusCode(201);

        act("move", Map.of("filter", "fleet = bulk-from", "fleet", "bulk-by-query"))
                .statusCode(400)
                .body("detail", containsString("is by query"));
        act("move", Map.of("filter", "fleet = bulk-from", "fleet", "nowhere")).statusCode(404);
        act("move", Map.of("filter", "fleet = bulk-from", "expected", 3, "fleet", "bulk-to"))
                .statusCode(409)
                .body("detail", containsString("2 devices match by now, not 3"));
        assertThat(Api.get("devices/bulk-m-1").getString("fleet")).isEqualTo("bulk-from");
        act("move", Map.of("filter", "fleet = bulk-from", "expected", 2, "fleet", "bulk-to"))
                .statusCode(200)
                .body("changed", equalTo(2));

        assertThat(Api.get("devices/bulk-m-1").getString("fleet")).isEqualTo("bulk-to");
        assertThat(Api.get("devices/bulk-m-2/timeline").getString("[0].reason")).isEqualTo("to fleet bulk-to, by ann");
    }

    @Test
    void decommissionsDevicesOnce() {
        register("bulk-gone", "bulk-d", 2);
        act("decommission", Map.of("filter", "fleet = bulk-gone", "reason", "sold"))
                .statusCode(200)
                .body("changed", equalTo(2));
        act("decommission", Map.of("filter", "fleet = bulk-gone"))
                .statusCode(200)
                .body("selected", equalTo(0));
        act("decommission", Map.of("devices", List.of("bulk-d-1")))
                .statusCode(404)
                .body("detail", containsString("'bulk-d-1' in service"));

        assertThat(Api.get("devices/bulk-d-2").getString("lifecycle")).isEqualTo("DECOMMISSIONED");
    }

    @Test
    void changesNothingIfOneOfThemIsUnknown() {
        register("bulk-none", "bulk-n", 1);

        act("labels", Map.of("devices", List.of("bulk-n-1", "nobody"), "set", Map.of("a", "b")))
                .statusCode(404)
                .body("detail", containsString("'nobody'"));

        assertThat(Api.get("devices/bulk-n-1").getMap("labels")).isEmpty();
    }

    @Test
    void refusesSelectionsAndLabelsThatAreNone() {
        act("labels", Map.of("set", Map.of("a", "b"))).statusCode(400).body("detail", containsString("exactly one of"));
        act("labels", Map.of("devices", List.of(), "set", Map.of("a", "b")))
                .statusCode(400)
                .body("detail", containsString("at least one"));
        act("labels", Map.of("filter", " ", "set", Map.of("a", "b")))
                .statusCode(400)
                .body("detail", containsString("blank"));
        act("labels", Map.of("filter", "site = x", "set", Map.of("a", "b")))
                .statusCode(400)
                .body("code", equalTo("FILTER_INVALID"))
                .body("position", equalTo(1));
        act("labels", Map.of("filter", "class = gpu")).statusCode(400).body("detail", containsString("nothing to do"));
        act("labels", Map.of("filter", "class = gpu", "set", Map.of("a b", "c")))
                .statusCode(400);
        act(
                        "labels",
                        Map.of(
                                "filter",
                                "id like bulk-*",
                                "set",
                                IntStream.range(0, 65).boxed().collect(Collectors.toMap(i -> "k" + i, i -> "v"))))
                .statusCode(400)
                .body("detail", containsString("at most 64"));
    }

    private static void register(String fleet, String prefix, int count) {
        Api.createFleet(fleet);
        String csv = IntStream.rangeClosed(1, count)
                .mapToObj(i -> prefix + "-" + i)
                .collect(Collectors.joining("\n", "id\n", "\n"));
        given().contentType("text/csv")
                .queryParam("fleet", fleet)
                .queryParam("deviceClass", "rpi-cpu")
                .body(csv)
                .post("/api/v1/devices/import")
                .then()
                .statusCode(200);
    }

    private static ValidatableResponse act(String action, Object body) {
        return given().header("Quantfleet-Actor", "ann")
                .contentType("application/json")
                .body(body)
                .post("/api/v1/device-actions/" + action)
                .then();
    }
}
