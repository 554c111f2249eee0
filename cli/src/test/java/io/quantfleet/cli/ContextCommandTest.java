package io.quantfleet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code quantfleet context}, in the configuration folder that the build gives to tests. */
class ContextCommandTest {
    @RegisterExtension
    private final StubControlPlane controlPlane = new StubControlPlane();

    @TempDir
    private Path folder;

    @BeforeEach
    void forget() throws IOException {
        Files.deleteIfExists(Path.of(System.getenv("XDG_CONFIG_HOME"), "quantfleet", "config.yaml"));
    }

    @Test
    void commandsAskTheContextInUseWithItsToken() throws IOException {
        controlPlane.answers("fleets", 200, "[]");
        Path token = Files.writeString(folder.resolve("token"), "s3cret\n");

        assertThat(controlPlane.runAsIs(
                        "context", "set", "lab", "--server", controlPlane.address(), "--token-file", token.toString()))
                .isZero();
        assertThat(controlPlane.runAsIs("fleet", "list")).isZero();

        assertThat(controlPlane.asked()).singleElement().asString().endsWith(" Bearer s3cret");
        assertThat(controlPlane.screen()).contains("in use").doesNotContain("s3cret");
    }

    @Test
    void changesWhichIsInUse() {
        controlPlane.runAsIs("context", "set", "lab", "--server", "https://lab.example");
        controlPlane.runAsIs("context", "set", "plant", "--server", "https://plant.example");

        assertThat(controlPlane.runAsIs("context", "use", "plant")).isZero();
        assertThat(controlPlane.runAsIs("context", "list")).isZero();

        assertThat(controlPlane.screen())
                .containsPattern(" +lab +https://lab.example +no")
                .containsPattern("\\* +plant +https://plant.example +no");
    }

    @Test
    void saysWhichIsAskedAndWhy() {
        assertThat(controlPlane.runAsIs("context", "current")).isZero();
        assertThat(controlPlane.screen()).contains("http://127.0.0.1:8080  (the usual address)");

        controlPlane.runAsIs("context", "set", "lab", "--server", "https://lab.example");
        assertThat(controlPlane.runAsIs("context", "current", "-o", "yaml")).isZero();
        assertThat(controlPlane.screen())
                .contains("context: lab", "server: https://lab.example")
                .containsPattern("source: .*config.yaml");
    }

    @Test
    void forgetsAContext() {
        controlPlane.runAsIs("context", "set", "lab", "--server", "https://lab.example");

        assertThat(controlPlane.runAsIs("context", "delete", "lab")).isZero();
        assertThat(controlPlane.runAsIs("context", "use", "lab")).isEqualTo(1);

        assertThat(controlPlane.errors()).contains("there is no context 'lab'");
    }

    @Test
    void anUnreachableControlPlaneHasAnExitCodeOfItsOwn() {
        assertThat(controlPlane.runAsIs("fleet", "list", "--control-plane", "http://127.0.0.1:1"))
                .isEqualTo(5);

        assertThat(controlPlane.errors()).contains("does not answer");
    }
}
