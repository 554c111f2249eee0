package io.quantfleet.cli.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quantfleet.cli.CliException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An option before the environment, that before a context, that before the usual address. */
class TargetTest {
    private final Map<String, String> environment = new HashMap<>();

    @TempDir
    private Path home;

    @BeforeEach
    void configure() {
        environment.put("XDG_CONFIG_HOME", home.toString());
    }

    private void contexts() {
        ContextFile.in(environment)
                .write(Contexts.none()
                        .with("lab", new Contexts.Context(URI.create("https://lab.example"), "lab-token"))
                        .with("plant", new Contexts.Context(URI.create("https://plant.example"), null)));
    }

    private Target choose(String url, String context) {
        return Target.choose(
                Optional.of(url).filter(text -> !text.isEmpty()).map(URI::create),
                Optional.of(context).filter(text -> !text.isEmpty()),
                environment);
    }

    @Test
    void takesTheUsualAddressWhereNothingIsSaid() {
        assertThat(choose("", "").server()).isEqualTo(Server.of(URI.create("http://127.0.0.1:8080")));
    }

    @Test
    void takesTheContextInUseBeforeTheUsualAddress() {
        contexts();

        Target target = choose("", "");

        assertThat(target.server().url()).hasHost("lab.example");
        assertThat(target.server().token()).contains("lab-token");
        assertThat(target.context()).contains("lab");
    }

    @Test
    void takesTheEnvironmentBeforeTheContextInUse() {
        contexts();
        environment.put("QUANTFLEET_CONTEXT", "plant");
        assertThat(choose("", "").context()).contains("plant");

        environment.put("QUANTFLEET_CONTROL_PLANE", "https://other.example");
        assertThat(choose("", "").server().url()).hasHost("other.example");
    }

    @Test
    void takesAnOptionBeforeTheEnvironment() {
        contexts();
        environment.put("QUANTFLEET_CONTROL_PLANE", "https://other.example");

        assertThat(choose("", "lab").context()).contains("lab");
        assertThat(choose("https://said.example", "").server().url()).hasHost("said.example");
    }

    @Test
    void neverSendsAContextsTokenElsewhere() {
        contexts();
        environment.put("QUANTFLEET_TOKEN", "from-the-environment");

        assertThat(choose("https://said.example", "").server().token()).contains("from-the-environment");
        assertThat(choose("", "lab").server().token()).contains("lab-token");
        assertThat(choose("", "plant").server().token()).isEmpty();
    }

    @Test
    void refusesToSendATokenInTheClear() {
        environment.put("QUANTFLEET_TOKEN", "secret");

        assertThatThrownBy(() -> choose("http://lab.example", ""))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("use https")
                .hasMessageNotContaining("secret");
        assertThat(choose("http://localhost:8080", "").server().token()).contains("secret");
    }

    @Test
    void saysWhatIsWrongWithAnAddress() {
        assertThatThrownBy(() -> choose("localhost:8080", "")).hasMessageContaining("begins with http:// or https://");
        assertThatThrownBy(() -> choose("https://ann:pw@lab.example", "")).hasMessageContaining("password");
        assertThatThrownBy(() -> choose("https://a.example", "lab")).hasMessageContaining("give one of them");
    }

    @Test
    void saysWhichContextsThereAre() {
        assertThatThrownBy(() -> choose("", "lab")).hasMessageContaining("quantfleet context set lab");
        contexts();
        assertThatThrownBy(() -> choose("", "lap")).hasMessageContaining("there are lab, plant");
    }

    @Test
    void onlyTheOwnerMayReadWhatHoldsTokens() throws IOException {
        contexts();
        Path file = home.resolve("quantfleet/config.yaml");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

        assertThatThrownBy(() -> choose("", "")).hasMessageContaining("chmod 600");
    }

    @Test
    void namesTheLineOfABrokenFile() throws IOException {
        Path file = Files.createDirectories(home.resolve("quantfleet")).resolve("config.yaml");
        Files.writeString(file, "current: lab\ncontexts:\n  lab: {sever: 'https://lab.example'}\n");

        assertThatThrownBy(() -> choose("", ""))
                .hasMessageContaining("config.yaml, line 3")
                .hasMessageContaining("sever");
    }
}
