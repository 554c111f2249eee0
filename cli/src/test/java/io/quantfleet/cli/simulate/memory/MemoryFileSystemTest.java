package io.quantfleet.cli.simulate.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MemoryFileSystemTest {
    private final MemoryFileSystem files = new MemoryFileSystem();

    @Test
    void readsWhatWasWritten() throws IOException {
        Path file = directory("a").resolve("file");
        Files.writeString(file, "one");
        Files.writeString(file, "two", StandardOpenOption.APPEND);

        assertThat(Files.readString(file)).isEqualTo("onetwo");
        assertThat(Files.size(file)).isEqualTo(6);
        assertThat(file.getParent()).isDirectoryContaining(file::equals);
    }

    @Test
    void replacesAFileByAnotherInOneStep() throws IOException {
        Path old = Files.writeString(directory("a").resolve("old"), "old");
        Path replacement = Files.writeString(old.resolveSibling("new"), "new");

        Files.move(replacement, old, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);

        assertThat(Files.readString(old)).isEqualTo("new");
        assertThat(Files.exists(replacement)).isFalse();
    }

    @Test
    void refusesWhatAFileSystemRefuses() throws IOException {
        Path file = Files.writeString(directory("a").resolve("file"), "x");

        assertThatThrownBy(() -> Files.readString(file.resolveSibling("none"))).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> Files.writeString(files.getPath("/nowhere/file"), "x"))
                .isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> Files.writeString(file, "y", StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThatThrownBy(() -> Files.delete(file.getParent())).isInstanceOf(DirectoryNotEmptyException.class);
        assertThat(Files.deleteIfExists(file.resolveSibling("none"))).isFalse();
    }

    @Test
    void filesArePutTogetherOfOthers() throws IOException {
        byte[] content = random(100_000, 1);
        Path first = Files.write(directory("a").resolve("first"), Arrays.copyOf(content, 40_000));
        Path second = Files.write(first.resolveSibling("second"), Arrays.copyOfRange(content, 40_000, 100_000));
        Path whole = first.resolveSibling("whole");
        try (FileChannel out = FileChannel.open(whole, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (Path part : List.of(first, second)) {
                try (FileChannel in = FileChannel.open(part, StandardOpenOption.READ)) {
                    assertThat(in.transferTo(0, in.size(), out)).isEqualTo(in.size());
                    assertThat(in.transferTo(in.size(), 10, out)).isZero();
                }
            }
        }

        assertThat(Files.readAllBytes(whole)).isEqualTo(content);
        assertThat(Files.size(first)).isEqualTo(40_000);
    }

    @Test
    void whatIsPutTogetherOfTheSamePartsIsKeptOnceAndTellsApartWhatDiffers() throws IOException {
        byte[] content = random(100_000, 4);
        byte[] other = content.clone();
        other[99_999] ^= 1;
        Path one = putTogether("a", content);
        Path same = putTogether("b", content);
        Path different = putTogether("c", other);
        Path again = putTogether("d", content);

        assertThat(files.bytes(same)).isSameAs(files.bytes(one)).isEqualTo(content);
        assertThat(files.bytes(different)).isEqualTo(other);
        assertThat(files.bytes(again)).isEqualTo(content);
    }

    private Path putTogether(String directory, byte[] content) throws IOException {
        Path whole = directory(directory).resolve("whole");
        try (FileChannel out = FileChannel.open(whole, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (int at = 0; at < content.length; at += 25_000) {
                Path part =
                        Files.write(whole.resolveSibling("part-" + at), Arrays.copyOfRange(content, at, at + 25_000));
                try (FileChannel in = FileChannel.open(part, StandardOpenOption.READ)) {
                    assertThat(in.transferTo(0, in.size(), out)).isEqualTo(in.size());
                }
            }
        }
        return whole;
    }

    @Test
    void equalContentsAreKeptOnce() throws IOException {
        byte[] content = random(100_000, 1);
        Path whole = Files.write(directory("a").resolve("whole"), content);
        Path inPieces = directory("b").resolve("pieces");
        try (FileChannel channel = FileChannel.open(inPieces, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (int i = 0; i < content.length; i += 8192) {
                channel.write(ByteBuffer.wrap(content, i, Math.min(8192, content.length - i)));
            }
        }

        assertThat(files.bytes(inPieces)).isSameAs(files.bytes(whole)).isEqualTo(content);
    }

    @Test
    void whatBeginsAlikeAndEndsOtherwiseIsNotMistaken() throws IOException {
        byte[] content = random(100_000, 2);
        byte[] other = content.clone();
        other[70_000] ^= 1;
        Path first = Files.write(directory("a").resolve("first"), content);
        Path second = Files.write(directory("b").resolve("second"), other);
        Path shorter = Files.write(directory("c").resolve("shorter"), java.util.Arrays.copyOf(content, 50_000));
        Path longer = Files.write(directory("d").resolve("longer"), java.util.Arrays.copyOf(content, 120_000));

        assertThat(Files.readAllBytes(first)).isEqualTo(content);
        assertThat(Files.readAllBytes(second)).isEqualTo(other);
        assertThat(Files.readAllBytes(shorter)).isEqualTo(java.util.Arrays.copyOf(content, 50_000));
        assertThat(Files.readAllBytes(longer)).isEqualTo(java.util.Arrays.copyOf(content, 120_000));
    }

    @Test
    void writingToASharedContentLeavesTheOthersAsTheyWere() throws IOException {
        byte[] content = random(50_000, 3);
        Path mine = Files.write(directory("a").resolve("mine"), content);
        Path yours = Files.write(directory("b").resolve("yours"), content);

        try (FileChannel channel = FileChannel.open(mine, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 10);
        }

        assertThat(Files.readAllBytes(yours)).isEqualTo(content);
        assertThat(Files.readAllBytes(mine)).isNotEqualTo(content).hasSize(content.length);
    }

    private Path directory(String name) throws IOException {
        return Files.createDirectories(files.getPath("/devices", name));
    }

    private static byte[] random(int size, long seed) {
        byte[] content = new byte[size];
        new Random(seed).nextBytes(content);
        return content;
    }
}
