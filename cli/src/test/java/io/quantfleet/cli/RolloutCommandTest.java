package io.quantfleet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class RolloutCommandTest {
    private static final String RUNNING = """
            {"id": "r-1", "fleet": "press-line", "model": "glyphs", "version": 2, "state": "RUNNING", "stage": 0,
             "phase": "SOAKING", "createdAt": "2026-11-24T10:00:00Z",
             "strategy": {"stages": [{"name": "canary", "percent": 5}, {"name": "all", "percent": 100}]},
             "stages": [{"stage": 0, "verdict": "HOLD", "counts": {"devices": 5, "active": 4, "underway": 1, "waiting": 0,
               "failed": 0}, "findings": [{"gate": "accuracy", "subject": "rpi-cpu", "verdict": "HOLD",
               "evidence": "90 % of 200 answers are right"}]}],
             "devices": [{"deviceId": "cam-1", "state": "REFUSED", "reasonCode": "SELF_TEST_FAILED", "reason": "too bad",
               "delta": "FAILED", "deltaReason": "the base is another one"}],
             "bytes": {"delivered": 2097152, "saved": 6291456}}
            """;

    @RegisterExtension
    private final StubControlPlane controlPlane = new StubControlPlane();

    @TempDir
    Path folder;

    private int rollout(String... arguments) {
        return controlPlane.run(
                Stream.concat(Stream.of("rollout"), Stream.of(arguments)).toArray(String[]::new));
    }

    @Test
    void showsStagesGatesAndWhatFailed() {
        controlPlane.answersInTurn(RUNNING);

        assertThat(rollout("show", "r-1")).isZero();

        assertThat(controlPlane.screen())
                .contains("r-1  glyphs v2 to press-line  RUNNING")
                .contains("[########################······] 4 of 5 devices")
                .containsPattern("canary +SOAKING +5 +4 +1 +0 +0 +HOLD")
                .containsPattern("all +– +– +–")
                .contains("canary  HOLD  accuracy rpi-cpu: 90 % of 200 answers are right")
                .contains("cam-1  REFUSED  SELF_TEST_FAILED: too bad")
                .contains("cam-1  its delta failed, whole chunks came instead: the base is another one")
                .contains("delivered 2.00 MiB, saved 6.00 MiB");
    }

    @Test
    void watchesUntilItIsOverAndSaysByTheExitCodeHowItEnded() {
        controlPlane.answersInTurn(RUNNING);
        controlPlane.answersInTurn(RUNNING.replace("RUNNING", "ROLLED_BACK"));

        assertThat(rollout("show", "r-1", "--watch", "-o", "json")).isEqualTo(1);

        assertThat(controlPlane.screen()).contains("\"state\" : \"RUNNING\"", "\"state\" : \"ROLLED_BACK\"");
        assertThat(controlPlane.asked()).hasSize(2);
    }

    @Test
    void listsRolloutsThatAFilterMatches() {
        controlPlane.answersInTurn("[]");

        assertThat(rollout("list", "--filter", "state = RUNNING")).isZero();

        assertThat(controlPlane.asked().get(0)).contains("filter=state%20%3D%20RUNNING");
    }

    @Test
    void listsRollouts() {
        controlPlane.answersInTurn("[" + RUNNING + "]");

        assertThat(rollout("list")).isZero();

        assertThat(controlPlane.screen()).containsPattern("r-1 +glyphs v2 +press-line +RUNNING +canary SOAKING");
    }

    @Test
    void sendsTheStrategyAndWhoAsks() throws IOException {
        Path strategy = Files.writeString(
                folder.resolve("canary.yaml"),
                "stages:\n  - {name: canary, percent: 5}\n  - {name: all, percent: 100}\n");
        controlPlane.answersInTurn(RUNNING);

        assertThat(rollout(
                        "create",
                        "--fleet",
                        "press-line",
                        "--model",
                        "glyphs",
                        "--model-version",
                        "2",
                        "--strategy",
                        strategy.toString(),
                        "--by",
                        "ann",
                        "--reason",
                        "sharper"))
                .isZero();

        assertThat(controlPlane.asked())
                .singleElement()
                .asString()
                .startsWith("POST /api/v1/rollouts ")
                .contains(
                        "\"by\":\"ann\"",
                        "\"reason\":\"sharper\"",
                        "\"version\":2",
                        "{\"name\":\"canary\",\"percent\":5}");
    }

    @Test
    void showsWhatWouldHappen() {
        controlPlane.answersInTurn("""
                {"fleet": "press-line", "stages": [{"stage": 0, "name": "canary", "devices": 5, "classes": [
                  {"deviceClass": "rpi-cpu", "devices": 5, "variantSha256": "0123456789abcdef", "bytesEach": 1048576}]}]}""");

        assertThat(rollout("create", "--fleet", "press-line", "--model", "glyphs", "--model-version", "2", "--dry-run"))
                .isZero();

        assertThat(controlPlane.asked()).singleElement().asString().startsWith("POST /api/v1/rollouts?dryRun=true ");
        assertThat(controlPlane.screen())
                .containsPattern("canary +rpi-cpu +5 +0123456789ab +1.00 +5.00")
                .contains("Nothing was begun");
    }

    @Test
    void movesARollout() {
        controlPlane.answersInTurn(RUNNING);

        assertThat(rollout("rollback", "r-1", "--by", "ann", "--reason", "dark images"))
                .isZero();

        assertThat(controlPlane.asked())
                .singleElement()
                .asString()
                .startsWith("POST /api/v1/rollouts/r-1/rollback ")
                .contains("\"by\":\"ann\"", "\"reason\":\"dark images\"");
        assertThat(controlPlane.headers("Quantfleet-actor")).containsExactly("ann");
    }

    @Test
    void saysWhatIsWrongWithAStrategyFile() throws IOException {
        Path strategy = Files.writeString(folder.resolve("wrong.yaml"), "just words");

        assertThat(rollout(
                        "create",
                        "--fleet",
                        "f",
                        "--model",
                        "m",
                        "--model-version",
                        "1",
                        "--strategy",
                        strategy.toString()))
                .isEqualTo(1);

        assertThat(controlPlane.errors()).contains("does not hold a strategy");
        assertThat(controlPlane.asked()).isEmpty();
    }
}
