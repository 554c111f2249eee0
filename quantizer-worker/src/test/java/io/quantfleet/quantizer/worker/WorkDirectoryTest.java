package io.quantfleet.quantizer.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quantfleet.quantizer.QuantizerException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkDirectoryTest {
    @TempDir
    private Path shared;

    @Test
    void removesWhatADeadWorkerLeftAndNotWhatALivingOneUses() throws Exception {
        Path leftOver = Files.createDirectories(shared.resolve("worker-dead/job-1"));
        Files.writeString(leftOver.resolve("model.onnx"), "half");

        try (WorkDirectory living = WorkDirectory.open(shared, "w1");
                Workspace job = living.openWorkspace()) {
            Path inUse = Files.writeString(job.directory("model").resolve("model.onnx"), "whole");
            try (WorkDirectory other = WorkDirectory.open(shared, "w2")) {
                assertThat(inUse).exists();
            }
        }

        assertThat(shared)
                .isDirectoryNotContaining(path -> path.getFileName().toString().startsWith("worker-"));
    }

    @Test
    void refusesAnIdThatIsTaken() throws Exception {
        try (WorkDirectory taken = WorkDirectory.open(shared, "w1")) {
            assertThatThrownBy(() -> WorkDirectory.open(shared, "w1"))
                    .isInstanceOf(QuantizerException.class)
                    .hasMessageContaining("--worker-id");
        }
    }

    @Test
    void deletesLinksAndNotWhatTheyPointTo() throws Exception {
        Path kept = Files.writeString(shared.resolve("object"), "content");
        try (WorkDirectory work = WorkDirectory.open(shared, "w1")) {
            try (Workspace job = work.openWorkspace()) {
                Path model = job.directory("model");
                Files.createLink(model.resolve("hard"), kept);
                Files.createSymbolicLink(model.resolve("soft"), shared);
            }
        }

        assertThat(kept).hasContent("content");
    }
}
