package io.quantfleet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script that completes, run by the shell. */
class CompletionCommandTest {
    private static final String ASK = """
            source "$1"
            COMP_WORDS=(quantfleet "${@:2}")
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            COMP_LINE="${COMP_WORDS[*]}"
            _complete_quantfleet
            echo "${COMPREPLY[@]}"
            """;

    @TempDir
    private Path folder;

    private String complete(String... words) throws IOException, InterruptedException {
        StringWriter script = new StringWriter();
        assertThat(QuantfleetMain.commandLine().setOut(new PrintWriter(script)).execute("completion", "bash"))
                .isZero();
        Path file = Files.writeString(folder.resolve("completion.bash"), script.toString());
        String[] command = new String[words.length + 5];
        System.arraycopy(new String[] {"bash", "-c", ASK, "complete", file.toString()}, 0, command, 0, 5);
        System.arraycopy(words, 0, command, 5, words.length);
        Process bash = new ProcessBuilder(command)
                .redirectError(folder.resolve("errors").toFile())
                .start();
        String answer = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor())
                .as(Files.readString(folder.resolve("errors")))
                .isZero();
        return answer.strip();
    }

    @Test
    void completesCommandsAndOptions() throws Exception {
        assertThat(complete("rol")).isEqualTo("rollout");
        assertThat(complete("rollout", "his")).isEqualTo("history");
        assertThat(complete("device", "list", "--fil")).isEqualTo("--filter");
    }

    @Test
    void completesTheValuesOfAnOption() throws Exception {
        assertThat(complete("fleet", "list", "-o", "").split("\\s+")).contains("json", "yaml", "table");
    }

    @Test
    void knowsTheShellsThatItIsFor() {
        StringWriter errors = new StringWriter();

        assertThat(QuantfleetMain.commandLine().setErr(new PrintWriter(errors)).execute("completion", "fish"))
                .isEqualTo(2);

        assertThat(errors.toString()).contains("BASH, ZSH");
    }

    @Test
    void loadsWhatZshNeeds() {
        StringWriter script = new StringWriter();

        assertThat(QuantfleetMain.commandLine().setOut(new PrintWriter(script)).execute("completion", "zsh"))
                .isZero();

        assertThat(script.toString()).contains("ZSH_VERSION", "bashcompinit");
    }
}
