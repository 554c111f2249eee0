package io.quantfleet.agent.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NativeLibrariesTest {
    private static final FileTime LONG_AGO = FileTime.fromMillis(0);

    @TempDir
    Path directory;

    private Path library;

    @BeforeEach
    void unpack() throws IOException {
        assertThat(NativeLibraries.unpack(directory)).isTrue();
        library = directory.resolve(System.mapLibraryName("onnxruntime"));
        Files.setLastModifiedTime(library, LONG_AGO);
    }

    @Test
    void unpacksTheRuntimeAndWhatJavaCallsItBy() {
        assertThat(library).isRegularFile();
        assertThat(directory.resolve(System.mapLibraryName("onnxruntime4j_jni")))
                .isRegularFile();
    }

    @Test
    void leavesThemAloneFromThenOn() throws IOException {
        NativeLibraries.unpack(directory);

        assertThat(Files.getLastModifiedTime(library)).isEqualTo(LONG_AGO);
    }

    @Test
    void unpacksADamagedOneAgain() throws IOException {
        long bytes = Files.size(library);
        try (FileChannel channel = FileChannel.open(library, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[512]), bytes / 2);
        }
        Files.setLastModifiedTime(library, LONG_AGO);

        NativeLibraries.unpack(directory);

        assertThat(Files.getLastModifiedTime(library)).isGreaterThan(LONG_AGO);
        assertThat(Files.size(library)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({
        "Linux, amd64, linux-x64",
        "Linux, aarch64, linux-aarch64",
        "Mac OS X, aarch64, osx-aarch64",
        "Windows 11, amd64, win-x64"
    })
    void namesPlatformsAsTheRuntimesPackageDoes(String system, String processor, String platform) {
        assertThat(NativeLibraries.platform(system, processor)).isEqualTo(platform);
    }
}
