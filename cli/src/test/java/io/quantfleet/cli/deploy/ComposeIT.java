package io.quantfleet.cli.deploy;

import static io.quantfleet.cli.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.cli.client.Device;
import io.quantfleet.cli.client.ModelUpload;
import io.quantfleet.cli.client.ModelVersion;
import io.quantfleet.cli.embedded.FreePort;
import io.quantfleet.quantizer.sample.SampleModel;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The images, put together by Compose with Kafka, Mosquitto and PostgreSQL: the agent's installs a variant and serves it. */
@Tag("container")
class ComposeIT {
    private static final String PROJECT =
            "quantfleet-test-" + ProcessHandle.current().pid();
    private static final String FLEET = "containers";
    private static final String CLASS = "rpi-cpu";
    private static final Map<String, String> ENVIRONMENT = new HashMap<>();

    private static ControlPlaneClient api;

    @BeforeAll
    static void start() throws Exception {
        int http = FreePort.next();
        ENVIRONMENT.put("QUANTFLEET_HTTP_PORT", Integer.toString(http));
        ENVIRONMENT.put("QUANTFLEET_MQTT_PORT", Integer.toString(FreePort.next()));
        ENVIRONMENT.put("QUANTFLEET_AGENT_TELEMETRY_INTERVAL", "2s");
        ENVIRONMENT.put("QUANTFLEET_AGENT_DEVICE_CLASS", CLASS);
        Docker.prepareBaseImages();
        Docker.compose(PROJECT, ENVIRONMENT, "--profile", "agent", "--profile", "training", "build", "-q");
        Docker.compose(PROJECT, ENVIRONMENT, "up", "--detach", "--wait", "--wait-timeout", "300");
        api = new ControlPlaneClient(URI.create("http://127.0.0.1:" + http));
    }

    @AfterAll
    static void stop() throws Exception {
        Docker.compose(
                PROJECT,
                ENVIRONMENT,
                "--profile",
                "agent",
                "--profile",
                "training",
                "down",
                "--volumes",
                "--timeout",
                "5");
    }

    @Test
    void takesAModelToADeviceAndItsFiguresBack(@TempDir Path directory) throws Exception {
        api.createFleet(FLEET, "devices in containers");
        ENVIRONMENT.put(
                "QUANTFLEET_AGENT_ENROLMENT_TOKEN", api.createEnrolmentToken(FLEET, CLASS, 1, Duration.ofHours(1)));
        Docker.compose(PROJECT, ENVIRONMENT, "--profile", "agent", "up", "--detach", "edge-agent");
        SampleModel sample = SampleModel.extractInto(directory);
        int version = api.registerModel(ModelUpload.of(
                sample.description(), sample.onnx(), List.of(), sample.calibration(), sample.validation()));
        await().untilAsserted(() -> assertThat(variants(SampleModel.NAME, version))
                .extracting(ModelVersion.Variant::state)
                .containsExactly("READY"));
        await().untilAsserted(() -> assertThat(api.devices(FLEET)).hasSize(1));

        api.createRollout(FLEET, SampleModel.NAME, version);

        await().untilAsserted(() -> {
            Device device = api.devices(FLEET).get(0);
            assertThat(device.state()).isEqualTo("ACTIVE");
            assertThat(variants(SampleModel.NAME, version))
                    .extracting(ModelVersion.Variant::sha256)
                    .containsExactly(device.activeVariantSha256());
            assertThat(device.telemetryWindows()).isGreaterThanOrEqualTo(3);
        });
    }

    @Test
    void trainsAVariantWhereAWorkerThatCanHasStarted(@TempDir Path directory) throws Exception {
        SampleModel sample = SampleModel.extractInto(directory);
        String model = "glyphs-trained";
        Path description = Files.writeString(
                directory.resolve(model + ".model.yaml"),
                Files.readString(sample.description()).replace("name: " + SampleModel.NAME, "name: " + model));
        int version = api.registerModel(new ModelUpload(
                description,
                sample.onnx(),
                List.of(),
                sample.calibration(),
                sample.validation(),
                Optional.empty(),
                Map.of("options", "{\"method\": \"qat\", \"epochs\": 1}")));

        Docker.compose(
                PROJECT, ENVIRONMENT, "--profile", "training", "up", "--detach", "--no-deps", "quantizer-worker-train");

        await().untilAsserted(() -> assertThat(variants(model, version))
                .singleElement()
                .satisfies(variant -> {
                    assertThat(variant.state()).isEqualTo("READY");
                    assertThat(variant.report()).isNotNull();
                    assertThat(variant.report().path("techniques").toString()).contains("qat");
                    assertThat(variant.report().path("training").findValuesAsText("epoch"))
                            .contains("1");
                }));
    }

    /** The variant for the device's class, once it is planned. */
    private static List<ModelVersion.Variant> variants(String model, int version) {
        return api.modelVersion(model, version).variants().stream()
                .filter(variant -> variant.deviceClass().equals(CLASS))
                .toList();
    }
}
