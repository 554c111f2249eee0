package io.quantfleet.controlplane;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import io.quantfleet.controlplane.testing.Api;
import io.quantfleet.controlplane.testing.EmbeddedParts;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.util.Map;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Profiles change until something was made by them. */
@QuarkusTest
@WithTestResource(EmbeddedParts.class)
class DeviceClassesIT {
    private static final String NAME = "board-of-the-test";

    @Inject
    DataSource dataSource;

    private String profile = "";

    @BeforeEach
    void copy() {
        Api.awaitReady();
        profile = Api.get("device-classes/rpi-cpu").getString("profile").replaceFirst("(?m)^name:.*$", "name: " + NAME);
    }

    @AfterEach
    void forget() {
        Jdbi.create(dataSource).useHandle(handle -> {
            handle.execute("delete from enrolment_token where device_class = ?", NAME);
            handle.execute("delete from device_class where name = ?", NAME);
        });
    }

    @Test
    void changesUntilSomethingWasMadeByIt() {
        Api.post("device-classes", Map.of("profile", profile)).statusCode(201);
        put(NAME, "# changed\n" + profile, false).statusCode(200);
        assertThat(Api.get("device-classes/" + NAME).getString("profile")).startsWith("# changed");

        Api.createFleet("of-that-board");
        Api.token("of-that-board", NAME, 1);

        put(NAME, profile, false)
                .statusCode(409)
                .body("code", equalTo("ILLEGAL_STATE"))
                .body("detail", containsString("copy it under another name"));
    }

    @Test
    void keepsNothingOfADryRun() {
        given().contentType("application/json")
                .queryParam("dryRun", true)
                .body(Map.of("profile", profile))
                .post("/api/v1/device-classes")
                .then()
                .statusCode(200);

        Api.tryGet("device-classes/" + NAME).statusCode(404);
    }

    @Test
    void saysWhichLinesAreWrong() {
        Api.post("device-classes", Map.of("profile", "name: x\nversion: 1\nweights: seven\n"))
                .statusCode(400)
                .body("code", equalTo("PROFILE_INVALID"))
                .body("faults.line", hasItem(3))
                .body("faults.at", hasItem("/weights"));
    }

    @Test
    void refusesToChangeWhatComesWithIt() {
        put("rpi-cpu", Api.get("device-classes/rpi-cpu").getString("profile"), true)
                .statusCode(409)
                .body("detail", containsString("comes with Quantfleet"));
        put("rpi-cpu", profile, true).statusCode(400).body("detail", containsString("keeps its name"));
        put("nothing", profile.replace(NAME, "nothing"), true).statusCode(404);
    }

    private static ValidatableResponse put(String name, String text, boolean dryRun) {
        return given().contentType("application/json")
                .queryParam("dryRun", dryRun)
                .body(Map.of("profile", text))
                .put("/api/v1/device-classes/" + name)
                .then();
    }
}
