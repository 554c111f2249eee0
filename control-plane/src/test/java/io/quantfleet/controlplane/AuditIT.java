package io.quantfleet.controlplane;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quantfleet.controlplane.testing.Api;
import io.quantfleet.controlplane.testing.EmbeddedParts;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every call that is to change something is in the audit log, with who made it and what became of it. */
@QuarkusTest
@WithTestResource(EmbeddedParts.class)
class AuditIT {
    @BeforeEach
    void awaitReadiness() {
        Api.awaitReady();
    }

    @Test
    void notesWhoMadeWhat() {
        given().header("Quantfleet-Actor", "UTF-8''J%C3%B6rg")
                .contentType("application/json")
                .body(Map.of("name", "audited", "description", "of the audit's test"))
                .post("/api/v1/fleets")
                .then()
                .statusCode(201);

        JsonPath entry = audit("kind = fleets and subject = audited");
        assertThat(entry.getList("by")).containsExactly("Jörg");
        assertThat(entry.getList("action")).containsExactly("create");
        assertThat(entry.getList("outcome")).containsExactly("DONE");
        assertThat(entry.getInt("[0].status")).isEqualTo(201);
        assertThat(entry.getString("[0].details.description")).isEqualTo("of the audit's test");
    }

    @Test
    void notesWhatWasRefusedAndWhy() {
        Api.createFleet("audited-twice");
        Api.post("fleets", Map.of("name", "audited-twice")).statusCode(409);

        JsonPath entry = audit("outcome = refused and kind = fleets and at < 1h");
        assertThat(entry.getString("find { it.details.name == 'audited-twice' }.refusal"))
                .isEqualTo("NAME_TAKEN: there is a fleet 'audited-twice' already");
    }

    @Test
    void takesTheNameFromTheBodyWhereItIsThere() {
        Api.post("rollouts", Map.of("fleet", "nowhere", "model", "none", "version", 1, "by", "ann"))
                .statusCode(404);

        assertThat(audit("kind = rollouts and by = ann and outcome = refused").getList("action"))
                .contains("create");
    }

    @Test
    void believesTheHeaderRatherThanTheBody() {
        given().header("Quantfleet-Actor", "the-proxy-says-bob")
                .contentType("application/json")
                .body(Map.of("fleet", "nowhere", "model", "none", "version", 1, "by", "ann"))
                .post("/api/v1/rollouts")
                .then()
                .statusCode(404);

        assertThat(audit("by = the-proxy-says-bob").getList("action")).containsExactly("create");
    }

    @Test
    void notesBodiesThatAreLong() {
        Api.createFleet("audited-import");
        given().contentType("text/csv")
                .queryParam("fleet", "audited-import")
                .queryParam("deviceClass", "rpi-cpu")
                .body("id\naudited-1\naudited-2\n")
                .post("/api/v1/devices/import")
                .then()
                .statusCode(200)
                .body("registered", equalTo(2));
        String long40k = "d".repeat(40_000);
        Api.post("fleets", Map.of("name", "audited-long", "description", long40k))
                .statusCode(201)
                .body("description", equalTo(long40k));

        assertThat(audit("kind = devices and action = import").getInt("size()")).isPositive();
        assertThat(audit("subject = audited-long").getString("[0].details")).isNull();
    }

    @Test
    void leavesOutWhatChangesNothing() {
        Api.createFleet("audited-preview");
        long before = newest();
        Api.post("fleets/preview", Map.of("query", "class = rpi-cpu")).statusCode(200);
        given().contentType("application/json")
                .queryParam("dryRun", true)
                .body(Map.of("fleet", "audited-preview", "model", "none", "version", 1))
                .post("/api/v1/rollouts")
                .then()
                .statusCode(404);

        assertThat(newest()).isEqualTo(before);
    }

    @Test
    void goesBackPageByPage() {
        for (int i = 0; i < 3; i++) {
            Api.createFleet("audited-page-" + i);
        }
        var first = given().queryParam("filter", "subject like audited-page-*")
                .queryParam("limit", 2)
                .get("/api/v1/audit")
                .then()
                .statusCode(200)
                .extract();
        assertThat(first.jsonPath().getList("subject")).containsExactly("audited-page-2", "audited-page-1");
        String next = first.header("Link").replaceAll("^<([^>]+)>.*", "$1");
        List<String> rest = given().urlEncodingEnabled(false)
                .get(next)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getList("subject");
        assertThat(rest).containsExactly("audited-page-0");
    }

    @Test
    void refusesWhatAPageOfSomebodyElseAsksFor() {
        given().header("Sec-Fetch-Site", "cross-site")
                .header("Origin", "https://evil.example")
                .contentType("application/json")
                .body(Map.of("name", "forged"))
                .post("/api/v1/fleets")
                .then()
                .statusCode(403)
                .body("code", equalTo("CROSS_ORIGIN"));

        Api.tryGet("fleets/forged").statusCode(404);
    }

    private static JsonPath audit(String filter) {
        return given().queryParam("filter", filter)
                .get("/api/v1/audit")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private static long newest() {
        return given().queryParam("limit", 1)
                .get("/api/v1/audit")
                .then()
                .extract()
                .jsonPath()
                .getLong("[0].id");
    }
}
