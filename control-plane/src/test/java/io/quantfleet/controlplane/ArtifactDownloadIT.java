package io.quantfleet.controlplane;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quantfleet.controlplane.testing.Api;
import io.quantfleet.controlplane.testing.EmbeddedParts;
import io.quantfleet.controlplane.testing.FakeDevice;
import io.quantfleet.controlplane.testing.FakeWorker;
import io.quantfleet.controlplane.testing.Story;
import io.quantfleet.protocols.artifact.ObjectStore;
import io.quantfleet.protocols.v1.Manifest;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Artifacts over HTTP, in ranges: for operators by name, for devices by a signed address. */
@QuarkusTest
@WithTestResource(EmbeddedParts.class)
class ArtifactDownloadIT {
    private static final byte[] CONTENT = new byte[100_000];

    static {
        new Random(3).nextBytes(CONTENT);
    }

    @ConfigProperty(name = "quantfleet.kafka.bootstrap-servers")
    String bootstrapServers;

    @Inject
    ObjectStore store;

    @BeforeEach
    void start() {
        Api.awaitReady();
    }

    @Test
    void servesARangeAndTheRestAfterACut() throws Exception {
        String name = store.put(new ByteArrayInputStream(CONTENT)).sha256().hex();
        String path = "/api/v1/artifacts/" + name;

        Response whole = given().get(path);
        Response part = given().header("Range", "bytes=1000-1999").get(path);
        Response rest = given().header("Range", "bytes=2000-")
                .header("If-Range", '"' + name + '"')
                .get(path);

        assertThat(whole.statusCode()).isEqualTo(200);
        assertThat(whole.header("Accept-Ranges")).isEqualTo("bytes");
        assertThat(whole.asByteArray()).isEqualTo(CONTENT);
        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(part.header("Content-Range")).isEqualTo("bytes 1000-1999/100000");
        assertThat(part.asByteArray()).isEqualTo(Arrays.copyOfRange(CONTENT, 1000, 2000));
        assertThat(rest.asByteArray()).isEqualTo(Arrays.copyOfRange(CONTENT, 2000, CONTENT.length));
    }

    @Test
    void aRangeOfSomethingElseIsTheWhole() throws Exception {
        String name = store.put(new ByteArrayInputStream(CONTENT)).sha256().hex();

        Response answer = given().header("Range", "bytes=5-9")
                .header("If-Range", "\"another\"")
                .get("/api/v1/artifacts/" + name);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.asByteArray()).hasSize(CONTENT.length);
    }

    @Test
    void aRangeBehindTheEndIsRefused() throws Exception {
        String name = store.put(new ByteArrayInputStream(CONTENT)).sha256().hex();

        given().header("Range", "bytes=100000-")
                .get("/api/v1/artifacts/" + name)
                .then()
                .statusCode(416)
                .header("Content-Range", equalTo("bytes */100000"));
    }

    @Test
    void aManifestsAddressFetchesItsArtifactAndNoOther() throws Exception {
        Api.createFleet("http-fleet");
        byte[] other = "secret".getBytes(StandardCharsets.UTF_8);
        String otherName = store.put(new ByteArrayInputStream(other)).sha256().hex();
        try (FakeWorker worker = new FakeWorker(bootstrapServers);
                FakeDevice device = Story.enrol("http-fleet", "http-1")) {
            byte[] variant = Story.quantizedModel(worker, store, "http-model");
            Story.startRollout("http-fleet", "http-model", 1);
            Manifest manifest = device.awaitManifest(0);

            URI address = URI.create(manifest.getVariant().getUrls(0));
            String path = address.getRawPath() + "?" + address.getRawQuery();

            assertThat(address.getHost()).isEqualTo("control-plane.example");
            assertThat(given().urlEncodingEnabled(false).get(path).asByteArray())
                    .isEqualTo(variant);
            refused(path.replace(manifest.getVariant().getArtifact().getSha256(), otherName));
            refused(path.replaceAll("expires=\\d+", "expires=99999999999"));
            refused(path.replaceAll("expires=\\d+", "expires=1"));
            refused("/artifacts/" + otherName);
        }
    }

    private static void refused(String path) {
        given().urlEncodingEnabled(false)
                .get(path)
                .then()
                .statusCode(403)
                .body("code", equalTo("ARTIFACT_URL_INVALID"));
    }
}
