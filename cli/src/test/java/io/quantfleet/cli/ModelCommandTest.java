package io.quantfleet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code quantfleet model} against a control plane that answers what a test wants. */
class ModelCommandTest {
    @RegisterExtension
    private final StubControlPlane controlPlane = new StubControlPlane();

    @Test
    void listsModels() {
        controlPlane.answers("models", 200, """
                [{"name": "glyphs", "versions": 2, "latestVersion": 3, "registeredAt": "2026-11-24T10:00:00Z"}]""");

        assertThat(controlPlane.run("model", "list", "--filter", "versions > 1"))
                .isZero();

        assertThat(controlPlane.asked().get(0)).contains("filter=versions%20%3E%201");
        assertThat(controlPlane.screen()).containsPattern("glyphs +2 +3 +2026-11-24T10:00:00Z");
    }

    @Test
    void listsJobs() {
        controlPlane.answers("jobs", 200, """
                [{"jobId": "j-1", "model": "glyphs", "version": 3, "deviceClass": "gpu", "attempt": 1, "state": "RUNNING",
                  "step": "calibrating", "queuedAt": "2026-11-24T10:00:00Z"}]""");

        assertThat(controlPlane.run("model", "jobs")).isZero();

        assertThat(controlPlane.screen())
                .containsPattern("j-1 +glyphs v3 +gpu +1 +RUNNING +calibrating +- +2026-11-24T10:00:00Z");
    }

    @Test
    void pointsAtTheMistakeInAFilter() {
        controlPlane.answers("jobs", 400, """
                {"code": "FILTER_INVALID", "detail": "at character 1: there is no field 'stat'", "position": 1}""");

        assertThat(controlPlane.run("model", "jobs", "--filter", "stat = FAILED"))
                .isEqualTo(1);

        assertThat(controlPlane.errors()).contains("  stat = FAILED", "  ^");
    }
}
