package io.quantfleet.protocols.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quantfleet.protocols.Sha256;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryObjectStoreTest {
    private static final byte[] CONTENT = {1, 2, 3, 4, 5};

    @TempDir
    Path directory;

    @Test
    void givesBackWhatWasPutAndPuttingTwiceIsHarmless() throws Exception {
        ObjectStore store = new DirectoryObjectStore(directory);

        StoredArtifact first = store.put(new ByteArrayInputStream(CONTENT));
        StoredArtifact second = store.put(new ByteArrayInputStream(CONTENT));

        assertThat(first).isEqualTo(second).isEqualTo(new StoredArtifact(Sha256.of(CONTENT), 5));
        assertThat(store.find(first.sha256())).contains(first);
        try (InputStream in = store.open(first.sha256())) {
            assertThat(in.readAllBytes()).isEqualTo(CONTENT);
        }
        assertThat(files()).hasSize(1);
    }

    @Test
    void leavesNothingOfAnUploadThatBreaksOff() throws Exception {
        ObjectStore store = new DirectoryObjectStore(directory);
        InputStream breaksOff = new FilterInputStream(InputStream.nullInputStream()) {
            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                throw new IOException("connection reset");
            }
        };
        InputStream broken = new SequenceInputStream(new ByteArrayInputStream(new byte[100_000]), breaksOff);

        assertThatThrownBy(() -> store.put(broken)).hasMessage("connection reset");
        assertThat(files()).isEmpty();
    }

    @Test
    void saysWhatItDoesNotHave() throws Exception {
        ObjectStore store = new DirectoryObjectStore(directory);
        Sha256 absent = Sha256.of(new byte[0]);

        assertThat(store.find(absent)).isEmpty();
        assertThatThrownBy(() -> store.open(absent)).isInstanceOf(NoSuchFileException.class);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> walk = Files.walk(directory)) {
            return walk.filter(Files::isRegularFile).toList();
        }
    }
}
