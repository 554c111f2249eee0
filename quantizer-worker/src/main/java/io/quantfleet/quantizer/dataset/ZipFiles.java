package io.quantfleet.quantizer.dataset;

import java.nio.file.Path;
import java.util.List;

/** The files of a data set that is a zip archive. */
final class ZipFiles implements SampleFiles {
    private final String source;
    private final CheckedZip zip;

    ZipFiles(Path file, ArchiveLimits limits) {
        this.source = file.getFileName().toString();
        this.zip = CheckedZip.open(file, limits);
    }

    @Override
    public String source() {
        return source;
    }

    @Override
    public List<String> paths() {
        return zip.paths();
    }

    @Override
    public byte[] read(String path) {
        return zip.read(path);
    }

    @Override
    public void close() {
        zip.close();
    }
}
