package io.quantfleet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What {@code apply} says when it can't do all of it. {@code CommandsIT} has it against a real control plane. */
class ApplyCommandTest {
    private static final String RULE = """
            {"name": "silent", "fleet": "lab", "condition": {"kind": "ABSENCE", "over": "PT10M"}}""";
    private static final String NO_WINDOWS = "{\"windows\": [], \"rollbackAnytime\": false}";
    private static final String NONE = "{\"code\": \"NOT_FOUND\", \"detail\": \"there is none\"}";

    @RegisterExtension
    private final StubControlPlane controlPlane = new StubControlPlane();

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void declare() throws IOException {
        file = Files.writeString(folder.resolve("lab.yaml"), """
                kind: AlertRule
                name: silent
                spec:
                  fleet: lab
                  condition: {kind: ABSENCE, over: PT10M}
                ---
                kind: Fleet
                name: lab
                spec: {description: here}
                ---
                kind: AlertRule
                name: silent-too
                spec:
                  condition: {kind: ABSENCE, over: PT10M}
                """);
    }

    private void nothingIsThereYet() {
        controlPlane.answersInTurn(404, NONE);
        controlPlane.answersInTurn(404, NONE);
        controlPlane.answersInTurn(404, NONE);
        controlPlane.answersInTurn("{\"name\": \"lab\", \"description\": \"here\"}", NO_WINDOWS);
    }

    @Test
    void saysExactlyWhatWasAppliedWhenOneFails() {
        nothingIsThereYet();
        controlPlane.answersInTurn(RULE, RULE, "{}");
        controlPlane.answersInTurn(409, "{\"code\": \"ILLEGAL_STATE\", \"detail\": \"the 'fleet' is taken\"}");

        assertThat(controlPlane.run("apply", "-f", file.toString())).isEqualTo(1);

        assertThat(controlPlane.screen())
                .containsPattern("Fleet +lab +created")
                .containsPattern("AlertRule +silent +FAILED")
                .containsPattern("AlertRule +silent-too +not tried");
        assertThat(controlPlane.errors())
                .contains("lab.yaml:4: AlertRule 'silent': the 'fleet' is taken")
                .hasLineCount(1);
    }

    @Test
    void doesNotKnowWhatBecameOfWhatWasNotAnswered() {
        nothingIsThereYet();
        controlPlane.answersInTurn(RULE, RULE);
        controlPlane.answersInTurn(503, "later");

        assertThat(controlPlane.run("apply", "-f", file.toString())).isEqualTo(5);

        assertThat(controlPlane.screen()).containsPattern("Fleet +lab +UNKNOWN");
    }

    @Test
    void appliesNothingIfOneDocumentIsRefused() {
        nothingIsThereYet();
        controlPlane.answersInTurn(400, "{\"code\": \"REQUEST_INVALID\", \"detail\": \"'over' is PT0S\"}");

        assertThat(controlPlane.run("apply", "-f", file.toString())).isEqualTo(1);

        assertThat(controlPlane.errors())
                .contains("lab.yaml:5: AlertRule 'silent': 'over' is PT0S", "lab.yaml:14: ", "Nothing was applied.");
        assertThat(controlPlane.asked())
                .filteredOn(request -> request.startsWith("PUT "))
                .allMatch(request -> request.contains("dryRun=true"));
    }

    @Test
    void leavesWhatSomebodyElseChangedMeanwhileAsTheyMadeIt() throws IOException {
        Files.writeString(file, "kind: RolloutPolicy\nname: careful\nspec:\n  stages: [{name: all, percent: 100}]\n");
        controlPlane.tags("\"one\"");
        controlPlane.answersInTurn(
                policy("first"), // read
                policy("all")); // tried out
        controlPlane.answersInTurn(412, "{\"code\": \"PRECONDITION_FAILED\", \"detail\": \"not as it was\"}");
        controlPlane.answersInTurn(policy("another"));

        assertThat(controlPlane.run("apply", "-f", file.toString())).isEqualTo(1);

        assertThat(controlPlane.errors())
                .contains("lab.yaml:3: RolloutPolicy 'careful': somebody else changed it")
                .contains("quantfleet diff");
        assertThat(controlPlane.headers("If-match")).containsExactly("", "", "\"one\"", "");
    }

    @Test
    void triesOnceMoreWhereOnlyWhatNobodyDeclaresHasChanged() throws IOException {
        Files.writeString(file, "kind: RolloutPolicy\nname: careful\nspec:\n  stages: [{name: all, percent: 100}]\n");
        controlPlane.tags("\"one\"");
        controlPlane.answersInTurn(policy("first"), policy("all"));
        controlPlane.answersInTurn(412, "{\"code\": \"PRECONDITION_FAILED\", \"detail\": \"not as it was\"}");
        controlPlane.answersInTurn(policy("first"), policy("all"));

        assertThat(controlPlane.run("apply", "-f", file.toString())).isZero();

        assertThat(controlPlane.screen()).containsPattern("RolloutPolicy +careful +changed");
    }

    private static String policy(String stage) {
        return "{\"name\": \"careful\", \"strategy\": {\"stages\": [{\"name\": \"" + stage + "\", \"percent\": 100}]}}";
    }

    @Test
    void namesWhoDidIt() throws IOException {
        Files.writeString(file, "kind: Fleet\nname: lab\nspec: {description: here}\n");
        controlPlane.answers("fleets/lab", 200, "{\"name\": \"lab\", \"description\": \"here\"}");
        controlPlane.answers("fleets/lab/maintenance-windows", 200, NO_WINDOWS);

        assertThat(controlPlane.run("apply", "-f", file.toString(), "--actor", "Jörg"))
                .isZero();

        assertThat(controlPlane.headers("Quantfleet-actor")).isNotEmpty().containsOnly("UTF-8''J%C3%B6rg");
    }

    @Test
    void aReceiversSecretComesFromAFileBesideAndIsNeverShown() throws IOException {
        Files.writeString(folder.resolve("pager.secret"), "hush\n");
        Files.writeString(file, """
                kind: AlertReceiver
                name: pager
                spec: {kind: WEBHOOK, url: "https://pager.example/hook", secretFile: pager.secret}
                """);
        String receiver = "{\"name\": \"pager\", \"kind\": \"WEBHOOK\", \"url\": \"https://pager.example/hook\","
                + " \"signed\": true";
        controlPlane.answersInTurn(receiver + "}", receiver + ", \"otherSecret\": true}");

        assertThat(controlPlane.run("diff", "-f", file.toString())).isEqualTo(3);

        assertThat(controlPlane.screen()).contains("+ secret: \"(another)\"").doesNotContain("hush");
        assertThat(controlPlane.asked().get(1))
                .startsWith("PUT /api/v1/alert-receivers/pager?dryRun=true")
                .contains("\"secret\":\"hush\"")
                .doesNotContain("secretFile");
    }

    @Test
    void aReceiversSecretDoesNotBelongIntoTheDeclaration() throws IOException {
        Files.writeString(
                file,
                "kind: AlertReceiver\nname: pager\nspec:\n  kind: WEBHOOK\n  url: https://x.example\n  secret: hush\n");
        controlPlane.answersInTurn(404, NONE);

        assertThat(controlPlane.run("apply", "-f", file.toString())).isEqualTo(1);

        assertThat(controlPlane.errors())
                .contains("lab.yaml:6: AlertReceiver 'pager'")
                .contains("secretFile");
        assertThat(controlPlane.asked()).hasSize(1);
    }

    @Test
    void refusesAFieldThatNobodyKnows() throws IOException {
        Files.writeString(file, "kind: Fleet\nname: lab\nspec:\n  description: here\n  descripton: there\n");
        controlPlane.answers("fleets/lab", 200, "{\"name\": \"lab\", \"description\": \"here\"}");
        controlPlane.answers("fleets/lab/maintenance-windows", 200, NO_WINDOWS);

        assertThat(controlPlane.run("diff", "-f", file.toString())).isEqualTo(1);

        assertThat(controlPlane.errors()).contains("lab.yaml:5: Fleet 'lab': there is no field 'descripton'");
    }

    @Test
    void saysThatHalfOfAFleetWasApplied() throws IOException {
        Files.writeString(file, """
                kind: Fleet
                name: lab
                spec:
                  maintenance:
                    windows: [{cron: "0 2 * * *", duration: PT1H, zone: UTC}]
                """);
        controlPlane.answersInTurn(404, NONE);
        controlPlane.answersInTurn(
                "{\"name\": \"lab\", \"description\": \"\"}",
                "{\"windows\": [{\"cron\": \"0 2 * * *\", \"duration\": 3600, \"zone\": \"UTC\"}]}",
                "{\"name\": \"lab\"}");
        controlPlane.answersInTurn(404, NONE);

        assertThat(controlPlane.run("apply", "-f", file.toString())).isEqualTo(1);

        assertThat(controlPlane.screen()).containsPattern("Fleet +lab +FAILED");
        assertThat(controlPlane.errors()).contains("the fleet itself was applied, its maintenance windows were not");
    }
}
