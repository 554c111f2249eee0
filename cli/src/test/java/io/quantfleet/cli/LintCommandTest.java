package io.quantfleet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quantfleet.quantizer.sample.SampleModel;
import io.quantfleet.quantizer.target.ProfileReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LintCommandTest {
    @TempDir
    Path folder;

    private final StringWriter screen = new StringWriter();
    private final StringWriter errors = new StringWriter();

    private int run(String... arguments) {
        return QuantfleetMain.commandLine()
                .setOut(new PrintWriter(screen, true))
                .setErr(new PrintWriter(errors, true))
                .execute(arguments);
    }

    private Path floats() throws IOException {
        SampleModel sample = SampleModel.extractInto(folder.resolve("sample"));
        try (var files = Files.list(sample.description().resolveSibling(""))) {
            return files.filter(file -> file.toString().endsWith(".onnx"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void saysWhatIsWrongForEachDeviceClass() throws IOException {
        Path json = folder.resolve("findings.json");

        int code = run("lint", floats().toString(), "--device-class", "rpi-cpu,phone-npu", "--json", json.toString());

        assertThat(code).isEqualTo(3);
        assertThat(screen.toString())
                .contains("rpi-cpu: 1 error, no warnings", "ERROR form", "nothing in it is quantized")
                .containsPattern("phone-npu: \\d+ errors");
        JsonNode found = new ObjectMapper().readTree(json.toFile()).path("deviceClasses");
        assertThat(found.path("rpi-cpu").path(0).path("rule").asText()).isEqualTo("form");
        assertThat(found.path("phone-npu").findValuesAsText("rule")).contains("static-shape");
    }

    @Test
    void refusesWhatIsNoModel() throws IOException {
        Path text = Files.writeString(folder.resolve("notes.onnx"), "no model");

        assertThat(run("lint", text.toString(), "--device-class", "gpu")).isEqualTo(1);
        assertThat(errors.toString()).contains("is not an ONNX");
    }

    @Test
    void listsTheProfilesAndPrintsOneThatCanBeReadAgain() {
        assertThat(run("device-classes")).isZero();
        assertThat(screen.toString()).contains("rpi-cpu", "registered", "x86-vnni", "template");

        screen.getBuffer().setLength(0);
        assertThat(run("device-classes", "qnn-htp")).isZero();
        assertThat(new ProfileReader().read(screen.toString(), "screen").name()).isEqualTo("qnn-htp");

        assertThat(run("device-classes", "toaster")).isEqualTo(2);
        assertThat(errors.toString()).contains("toaster", "x86-avx2");
    }
}
