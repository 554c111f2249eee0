package io.quantfleet.controlplane.console;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(value = ConsoleDatabaseResource.class, restrictToAnnotatedClass = true)
class ConsolePagesIT {
    @Inject
    DataSource dataSource;

    private ConsoleFixture fixture;

    @BeforeEach
    void database() {
        fixture = new ConsoleFixture(dataSource);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/devices", "/fleets", "/models", "/rollouts", "/telemetry", "/device-classes"})
    void everyListIsAPageOnAnEmptyDatabase(String path) {
        fixture.empty();

        given().accept("text/html").get(path).then().statusCode(200).body(containsString("</html>"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/devices",
                "/devices/press-cam-05",
                "/fleets",
                "/fleets/press-line",
                "/models",
                "/models/glyphs",
                "/models/resnet20-cifar10/versions/1",
                "/rollouts",
                "/rollouts/0c3f4b52-7d0e-4c5e-9f65-2f6f0a7b1c01",
                "/telemetry",
                "/device-classes",
                "/device-classes/rpi-cpu"
            })
    void everyPageIsThereOnAFullDatabase(String path) {
        fixture.fill();

        given().accept("text/html").get(path).then().statusCode(200).body(containsString("</html>"));
    }
}
