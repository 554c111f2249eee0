package io.quantfleet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code quantfleet device} and {@code quantfleet fleet} against a control plane that answers what a test wants. */
class FleetCommandsTest {
    @RegisterExtension
    private final StubControlPlane controlPlane = new StubControlPlane();

    @TempDir
    Path folder;

    private static final String DEVICE = """
            [{"deviceId": "cam-1", "deviceClass": "gpu", "fleet": "lab", "lifecycle": "ENROLLED", "state": "ACTIVE",
              "online": true, "modelName": "glyphs", "modelVersion": 3, "agentVersion": "1.2.0",
              "labels": {"site": "lyon", "rack": "7"}}]""";

    @Test
    void listsDevicesPageAfterPage() {
        controlPlane.answersInPages("devices", DEVICE);

        assertThat(controlPlane.run("device", "list", "--filter", "label.site = lyon"))
                .isZero();

        assertThat(controlPlane.asked()).hasSize(2);
        assertThat(controlPlane.asked().get(0)).contains("filter=label.site%20%3D%20lyon", "limit=100");
        assertThat(controlPlane.asked().get(1)).contains("cursor=abc");
        assertThat(controlPlane.screen())
                .containsPattern("cam-1 +gpu +lab +ACTIVE +yes +glyphs v3 +1.2.0 +- +rack=7 site=lyon");
    }

    @Test
    void saysThatThereAreMoreThanItShows() {
        controlPlane.answersInPages("devices", DEVICE);

        assertThat(controlPlane.run("device", "list", "--limit", "1")).isZero();

        assertThat(controlPlane.screen()).contains("There are more");
    }

    @Test
    void printsJsonForPrograms() {
        controlPlane.answersInPages("devices", DEVICE);

        assertThat(controlPlane.run("device", "list", "-o", "json")).isZero();

        assertThat(controlPlane.screen()).startsWith("[").contains("\"deviceId\" : \"cam-1\"");
    }

    @Test
    void printsYamlForPrograms() throws IOException {
        controlPlane.answers("devices", 200, DEVICE);

        assertThat(controlPlane.run("device", "list", "-o", "yaml")).isZero();

        assertThat(new YAMLMapper().readTree(controlPlane.screen())).isEqualTo(new ObjectMapper().readTree(DEVICE));
    }

    @Test
    void refusesAFormatThatThereIsNot() {
        assertThat(controlPlane.run("device", "list", "-o", "xml")).isEqualTo(2);

        assertThat(controlPlane.errors()).contains("--output", "TABLE, JSON, YAML");
    }

    @Test
    void pointsAtTheMistakeInAFilter() {
        controlPlane.answers("fleets/preview", 400, """
                {"code": "FILTER_INVALID", "detail": "at character 17: there is no field 'site'", "position": 17}""");

        assertThat(controlPlane.run("fleet", "preview", "--filter", "class = gpu and site = x"))
                .isEqualTo(1);

        assertThat(controlPlane.errors().lines())
                .containsExactly(
                        "quantfleet: at character 17: there is no field 'site'",
                        "  class = gpu and site = x",
                        "                  ^");
    }

    @Test
    void makesAFleetByQuery() {
        controlPlane.answers(
                "fleets",
                201,
                "{\"name\": \"pis\", \"devices\": 7, \"query\": \"class = rpi-cpu\", \"description\": \"\"}");

        assertThat(controlPlane.run("fleet", "create", "pis", "--filter", "class = rpi-cpu"))
                .isZero();

        assertThat(controlPlane.asked().get(0)).contains("\"query\":\"class = rpi-cpu\"");
        assertThat(controlPlane.screen()).containsPattern("pis +7 +class = rpi-cpu");
    }

    @Test
    void anImportWithRejectedLinesFailsAndShowsThem() throws IOException {
        Path file = Files.writeString(folder.resolve("devices.csv"), "id\na b\n");
        controlPlane.answers("devices/import", 200, """
                {"lines": 1, "registered": 0, "updated": 0, "unchanged": 0, "rejected": 1, "complete": true,
                 "errors": [{"line": 2, "column": "id", "deviceId": "a b", "reason": "not a device id"}]}""");

        assertThat(controlPlane.run("device", "import", file.toString(), "--fleet", "lab", "--dry-run"))
                .isEqualTo(1);

        assertThat(controlPlane.asked().get(0)).contains("dryRun=true", "fleet=lab", "id\na b\n");
        assertThat(controlPlane.screen()).contains("1 rejected").containsPattern("2 +id +a b +not a device id");
    }

    @Test
    void refusesAFileWhoseNameSaysNothing() throws IOException {
        Path file = Files.writeString(folder.resolve("devices.txt"), "");

        assertThat(controlPlane.run("device", "import", file.toString())).isEqualTo(1);

        assertThat(controlPlane.errors()).contains(".csv, .jsonl or .ndjson");
    }

    @Test
    void showsATokenAndNothingElse() {
        controlPlane.answers("enrolment-tokens", 201, "{\"token\": \"qfe_secret\", \"id\": \"abc\"}");

        assertThat(controlPlane.run(
                        "device", "token", "create", "--fleet", "lab", "--device-class", "gpu", "--valid-for", "7d"))
                .isZero();

        assertThat(controlPlane.screen()).isEqualToIgnoringNewLines("qfe_secret");
        assertThat(controlPlane.asked().get(0)).contains("\"ttlSeconds\":604800");
    }
}
