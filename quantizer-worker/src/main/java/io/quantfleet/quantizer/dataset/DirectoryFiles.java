package io.quantfleet.quantizer.dataset;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The files of a data set that is a directory. Links are followed: whoever made the directory chose them. */
final class DirectoryFiles implements SampleFiles {
    private static final int DEEPEST = 8;

    private final Path root;
    private final ArchiveLimits limits;

    DirectoryFiles(Path root, ArchiveLimits limits) {
        this.root = root;
        this.limits = limits;
    }

    @Override
    public String source() {
        return root.toString();
    }

    @Override
    public List<String> paths() {
        try (Stream<Path> all = Files.walk(root, DEEPEST, FileVisitOption.FOLLOW_LINKS)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> slashed(root.relativize(file)))
                    .toList();
        } catch (IOException e) {
            throw Faults.dataset(source() + ": can't be listed: " + Faults.reason(e), e);
        } catch (UncheckedIOException e) {
            throw Faults.dataset(source() + ": can't be listed: " + e.getMessage(), e);
        }
    }

    private static String slashed(Path relative) {
        return StreamSupport.stream(relative.spliterator(), false)
                .map(Path::toString)
                .collect(Collectors.joining("/"));
    }

    @Override
    public byte[] read(String path) {
        Path file = root.resolve(path);
        try {
            if (Files.size(file) > limits.fileBytes()) {
                throw Faults.dataset(source() + ": the file '" + path + "' has " + Files.size(file)
                        + " bytes, more than the limit of " + limits.fileBytes() + " for one file");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw Faults.dataset(source() + ": can't read the file '" + path + "': " + Faults.reason(e), e);
        }
    }

    @Override
    public void close() {
        // Files are open only while they are read.
    }
}
