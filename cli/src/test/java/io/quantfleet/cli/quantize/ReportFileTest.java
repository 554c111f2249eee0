package io.quantfleet.cli.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quantfleet.cli.CliException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportFileTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void isThereOnlyWhenItIsWritten() {
        Path file = folder.resolve("figures.json");
        ReportFile report = new ReportFile(file);
        assertThat(file).doesNotExist();

        report.write("{}");

        assertThat(file).hasContent("{}");
        assertThat(folder).isDirectoryNotContaining("glob:**/.figures.json.*");
    }

    @Test
    void saysBeforehandWhyItCantBeWritten() {
        assertThatThrownBy(() -> new ReportFile(folder))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("it is a directory; name a file in it");
        assertThatThrownBy(() -> new ReportFile(folder.resolve("none/figures.json")))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("there is no directory " + folder.resolve("none"));
    }
}
