package io.quantfleet.quantizer.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {
    @TempDir
    private Path store;

    @Test
    void areTheSameForAllWorkersOfAnObjectStore() {
        assertThat(Checkpoints.beside(store).of("job-1"))
                .isEqualTo(Checkpoints.beside(store).of("job-1"))
                .startsWithRaw(store);
    }

    @Test
    void goWhenTheJobEnds() throws IOException {
        Checkpoints checkpoints = Checkpoints.beside(store);
        Path mine = Files.createDirectories(checkpoints.of("mine"));
        Path other = Files.createDirectories(checkpoints.of("other"));
        Files.writeString(mine.resolve("gpu.qat"), "half way");

        checkpoints.forget("mine");
        checkpoints.forget("unknown");

        assertThat(mine).doesNotExist();
        assertThat(other).isDirectory();
    }

    @Test
    void refuseIdsThatLeadElsewhere() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Checkpoints.beside(store).of("../objects"));
    }
}
