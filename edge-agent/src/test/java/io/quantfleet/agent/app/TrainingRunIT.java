package io.quantfleet.agent.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.agent.testkit.PackagedAgent;
import io.quantfleet.agent.testkit.Patience;
import io.quantfleet.agent.testkit.TinyModel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script and its training run. */
class TrainingRunIT {
    @TempDir
    Path directory;

    @Test
    void theAgentStartsFromTheClassesThatItPrepared() throws Exception {
        PackagedAgent packaged = PackagedAgent.in(directory);

        String printed = packaged.prepare();

        assertThat(printed).contains("deployment ACTIVE").contains("wrote " + packaged.archive());
        assertThat(loadedFrom(packaged))
                .contains("io.quantfleet.agent.app.AgentCommand source: shared objects file (top)");
    }

    @Test
    void withoutAnArchiveItStartsAllTheSame() throws Exception {
        PackagedAgent packaged = PackagedAgent.in(directory);

        assertThat(loadedFrom(packaged)).contains("io.quantfleet.agent.app.AgentCommand source: file:");
    }

    @Test
    void itsModelIsTheTestsModel() throws Exception {
        assertThat(TrainingRun.model()).isEqualTo(TinyModel.onnx(0, 0));
    }

    /** What {@code --version} says, and where its classes came from. */
    private static String loadedFrom(PackagedAgent packaged) throws Exception {
        Path log = Files.createTempFile("version", ".log");
        ProcessBuilder builder = new ProcessBuilder(packaged.script().toString(), "--version")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("QUANTFLEET_AGENT_JAVA_OPTIONS", "-Xlog:class+load:stdout");
        assertThat(builder.start().waitFor(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
        return Files.readString(log, StandardCharsets.UTF_8);
    }
}
