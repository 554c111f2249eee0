package io.quantfleet.cli.demo;

import io.quantfleet.cli.CliException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** A data set as one file, which is how it is uploaded. */
final class DataSetArchive {
    private DataSetArchive() {}

    /** {@code dataSet} itself if it is a file, else its files packed into {@code scratch}. */
    static Path of(Path dataSet, Path scratch, String name) {
        if (!Files.isDirectory(dataSet)) {
            return dataSet;
        }
        Path archive = scratch.resolve(name + ".zip");
        try (Stream<Path> walk = Files.walk(dataSet)) {
            List<Path> files = walk.filter(Files::isRegularFile).sorted().toList();
            Files.createDirectories(scratch);
            try (OutputStream out = Files.newOutputStream(archive);
                    ZipOutputStream zip = new ZipOutputStream(out)) {
                zip.setLevel(Deflater.NO_COMPRESSION); // pictures are compressed already
                for (Path file : files) {
                    zip.putNextEntry(new ZipEntry(dataSet.relativize(file)
                            .toString()
                            .replace(file.getFileSystem().getSeparator(), "/")));
                    Files.copy(file, zip);
                    zip.closeEntry();
                }
            }
            return archive;
        } catch (IOException e) {
            throw new CliException("can't pack the data set " + dataSet + ": " + e.getMessage(), e);
        }
    }
}
