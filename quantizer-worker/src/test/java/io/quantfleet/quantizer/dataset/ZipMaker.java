package io.quantfleet.quantizer.dataset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/** Makes archives for tests, harmful ones too. */
final class ZipMaker {
    private ZipMaker() {}

    static Path of(Path folder, Path target) throws IOException {
        try (Stream<Path> all = Files.walk(folder);
                ZipArchiveOutputStream out = new ZipArchiveOutputStream(target)) {
            for (Path file : (Iterable<Path>) all.filter(path -> !path.equals(folder))::iterator) {
                String name = folder.relativize(file).toString();
                add(
                        out,
                        Files.isDirectory(file) ? name + "/" : name,
                        Files.isDirectory(file) ? null : Files.readAllBytes(file));
            }
        }
        return target;
    }

    static Path of(Path target, List<Map.Entry<String, byte[]>> entries) throws IOException {
        try (ZipArchiveOutputStream out = new ZipArchiveOutputStream(target)) {
            for (Map.Entry<String, byte[]> entry : entries) {
                add(out, entry.getKey(), entry.getValue());
            }
        }
        return target;
    }

    static byte[] bytes(List<Map.Entry<String, byte[]>> entries) throws IOException {
        Path file = Files.createTempFile("made-", ".zip");
        try {
            return Files.readAllBytes(of(file, entries));
        } finally {
            Files.delete(file);
        }
    }

    private static void add(ZipArchiveOutputStream out, String name, byte[] content) throws IOException {
        out.putArchiveEntry(new ZipArchiveEntry(name));
        if (content != null) {
            out.write(content);
        }
        out.closeArchiveEntry();
    }
}
