package io.quantfleet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.quantfleet.protocols.profile.ShippedProfiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Commands that need no control plane, as data and as text. */
class LocalCommandsTest {
    @RegisterExtension
    private final StubControlPlane line = new StubControlPlane();

    @TempDir
    private Path folder;

    private JsonNode keys(String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of("keys"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--directory", folder.resolve("keys").toString(), "-o", "yaml"));
        int before = line.screen().length();
        assertThat(line.runAsIs(all.toArray(String[]::new))).as(line.errors()).isZero();
        return new YAMLMapper().readTree(line.screen().substring(before));
    }

    @Test
    void keysAreMadeRotatedAndRevoked() throws IOException {
        String first = keys("init").path("keys").path(0).path("id").asText();
        assertThat(keys("show").path("keys")).hasSize(2);

        JsonNode rotated = keys("rotate");
        assertThat(rotated.path("keys")).hasSize(3);
        assertThat(rotated.path("version").asInt()).isEqualTo(2);
        assertThat(keys("revoke", first).path("keys"))
                .anyMatch(key -> key.path("id").asText().equals(first)
                        && key.path("state").asText().equals("revoked"));
    }

    @Test
    void profilesAreListedAndPrintedToCopy() throws IOException {
        assertThat(line.runAsIs("device-classes", "x86-vnni")).isZero();
        assertThat(line.screen())
                .isEqualToIgnoringNewLines(ShippedProfiles.text("x86-vnni").orElseThrow());
        int before = line.screen().length();

        assertThat(line.runAsIs("device-classes", "-o", "json")).isZero();

        assertThat(new YAMLMapper().readTree(line.screen().substring(before)))
                .hasSize(ShippedProfiles.names().size())
                .anyMatch(each -> each.path("name").asText().equals("rpi-cpu")
                        && each.path("registered").asBoolean());
    }
}
