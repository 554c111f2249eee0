package io.quantfleet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class QuantfleetMainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"demo", "up"})
    void helpsWithEveryCommand(String command) {
        assertThat(run(command, "--help")).isZero();
        assertThat(out.toString()).contains("quantfleet " + command).contains("--data-dir");
    }

    @Test
    void listsTheCommandsThatAreForUsers() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).contains("demo").contains("up").doesNotContain("servers");
    }

    @Test
    void saysItsVersion() {
        assertThat(run("--version")).isZero();
        assertThat(out.toString()).startsWith("quantfleet ");
    }

    @Test
    void doesNotTakeTheVersionOfAModelForTheQuestionForItsOwn() {
        assertThat(run("rollout", "create", "--fleet", "shop", "--model", "glyphs", "--version", "2"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--model-version");
    }

    @Test
    void saysWhatALabelTakes() {
        assertThat(run("device", "label", "press-cam-1", "site=lyon")).isEqualTo(2);
        assertThat(err.toString()).contains("--set KEY=VALUE").contains("--remove KEY");
    }

    @Test
    void saysInOneLineWhatIsWrong() throws Exception {
        Files.writeString(directory.resolve("thesis.tex"), "");
        assertThat(run("up", "--data-dir", directory.toString())).isEqualTo(1);
        assertThat(err.toString().lines().toList())
                .containsExactly("quantfleet: " + directory
                        + " is not empty and not a Quantfleet data directory; name an empty or a new one");
    }

    @Test
    void showsTheStackTraceWhenAsked() throws Exception {
        Files.writeString(directory.resolve("thesis.tex"), "");
        assertThat(run("up", "--verbose", "--data-dir", directory.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("\tat io.quantfleet.cli.stack.DataDirectory.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "help", "up --nonsense", "rollout show --nonsense"})
    void namesTheCommandThatHasEveryOption(String arguments) {
        run(arguments.isEmpty() ? new String[0] : arguments.split(" "));
        Matcher hint = Pattern.compile("'quantfleet (.*)' has every option").matcher(err.toString());
        assertThat(hint.find()).isTrue();
        assertThat(run(hint.group(1).split(" "))).isZero();
    }

    @Test
    void refusesUnknownOptionsAndMissingCommands() {
        assertThat(run("up", "--nonsense")).isEqualTo(2);
        assertThat(run()).isEqualTo(2);
        assertThat(err.toString()).contains("Unknown option: '--nonsense'").contains("a command is missing");
    }

    @Test
    void needsAllFilesOfAModel() {
        assertThat(run("demo", "--model", "x.model.yaml")).isEqualTo(2);
        assertThat(err.toString()).contains("--calibration").contains("--validation");
    }

    @Test
    void refusesAFigureFileThatCouldNotBeWritten() {
        Path nowhere = directory.resolve("missing/figures.json");
        assertThat(run("demo", "--once", "--json", nowhere.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("--json: there is no directory " + nowhere.getParent());
    }

    private int run(String... arguments) {
        CommandLine command = QuantfleetMain.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(arguments);
    }
}
