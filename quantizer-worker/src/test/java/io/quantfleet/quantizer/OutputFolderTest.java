package io.quantfleet.quantizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFolderTest {
    @TempDir
    private Path folder = Path.of("");

    /** What a process that was killed leaves: its folder, and a lock that nobody holds any more. */
    private Path leftover() throws IOException {
        Path staging = Files.createDirectory(folder.resolve(".quantfleet-killed"));
        Files.writeString(staging.resolve(".lock"), "");
        Files.writeString(staging.resolve("half.onnx.data"), "half");
        return staging;
    }

    @Test
    void removesWhatAKilledProcessLeft() throws IOException {
        Path leftover = leftover();
        try (OutputFolder output = new OutputFolder(folder)) {
            assertThat(leftover).doesNotExist();
            output.write("a.onnx", "model");
            output.publish(List.of("a.onnx"));
        }
        assertThat(folder).isDirectoryContaining("glob:**/a.onnx");
        try (var files = Files.list(folder)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void saysWhichPartOfItsPathIsAFile() throws IOException {
        Path file = Files.writeString(folder.resolve("variants"), "a file");

        assertThatThrownBy(() -> new OutputFolder(file.resolve("for-pi")))
                .isInstanceOf(QuantizerException.class)
                .hasMessageContaining(file + " is a file; name another directory");
    }

    @Test
    void leavesAloneWhatOthersAreWritingInto() {
        try (OutputFolder first = new OutputFolder(folder)) {
            first.write("a.onnx", "model");
            try (OutputFolder second = new OutputFolder(folder)) {
                second.write("b.onnx", "other");
                assertThat(first.staged("a.onnx")).exists();
            }
            first.publish(List.of("a.onnx"));
        }
        assertThat(folder.resolve("a.onnx")).exists();
    }
}
