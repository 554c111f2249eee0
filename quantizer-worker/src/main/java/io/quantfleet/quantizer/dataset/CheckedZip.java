package io.quantfleet.quantizer.dataset;

import io.quantfleet.quantizer.QuantizerException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/**
 * A zip archive from a stranger. Nothing is ever unpacked under an entry's own name; all the same an archive is refused
 * as a whole if a path leaves it, an entry is encrypted or there twice, or if it would inflate beyond the limits: first
 * by what it declares, then, as entries are read, by what they really hold. Safe for use by several threads.
 */
final class CheckedZip implements Closeable {
    private static final Pattern DRIVE = Pattern.compile("^[A-Za-z]:.*");
    private static final Pattern PARENT = Pattern.compile("(^|/)\\.\\.(/|$)");

    private final String source;
    private final ArchiveLimits limits;
    private final ZipFile zip;
    private final Map<String, ZipArchiveEntry> files = new LinkedHashMap<>();

    private CheckedZip(String source, ArchiveLimits limits, ZipFile zip) {
        this.source = source;
        this.limits = limits;
        this.zip = zip;
    }

    /**
     * Opens an archive and checks its directory.
     *
     * @throws QuantizerException if it is not a zip, or not a safe one
     */
    static CheckedZip open(Path file, ArchiveLimits limits) {
        String source = file.getFileName().toString();
        CheckedZip checked;
        try {
            checked = new CheckedZip(source, limits, zip(file));
        } catch (IOException e) {
            throw Faults.dataset(
                    source + ": not a readable zip archive (" + Faults.reason(e) + "); make or copy it again", e);
        }
        try {
            checked.checkDirectory();
            return checked;
        } catch (QuantizerException e) {
            checked.close();
            throw e;
        }
    }

    // Given a path instead, ZipFile leaves the file open where it turns out to be no archive.
    private static ZipFile zip(Path file) throws IOException {
        SeekableByteChannel channel = Files.newByteChannel(file);
        try {
            return ZipFile.builder().setSeekableByteChannel(channel).get();
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private void checkDirectory() {
        long total = 0;
        int count = 0;
        for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
            if (++count > limits.entries()) {
                throw Faults.unsafe(source + ": has more than " + limits.entries() + " entries; split it");
            }
            checkName(entry);
            if (entry.isDirectory()) {
                continue;
            }
            checkReadable(entry);
            total += entry.getSize();
            if (total > limits.totalBytes()) {
                throw Faults.unsafe(source + ": inflates to more than " + limits.totalBytes()
                        + " bytes, the limit for a data set; make it smaller");
            }
            if (files.putIfAbsent(entry.getName(), entry) != null) {
                throw Faults.dataset(source + ": has the entry '" + entry.getName() + "' twice; make it again");
            }
        }
    }

    private void checkName(ZipArchiveEntry entry) {
        String name = entry.getName();
        String slashed = name.replace('\\', '/');
        if (slashed.startsWith("/")
                || DRIVE.matcher(slashed).matches()
                || PARENT.matcher(slashed).find()) {
            throw Faults.unsafe(source + ": the entry '" + name
                    + "' points outside the archive; make it again from inside the data set's folder");
        }
    }

    private void checkReadable(ZipArchiveEntry entry) {
        if (entry.getGeneralPurposeBit().usesEncryption()) {
            throw Faults.dataset(
                    source + ": the entry '" + entry.getName() + "' is encrypted; make the archive without a password");
        }
        if (!zip.canReadEntryData(entry)) {
            throw Faults.dataset(source + ": the entry '" + entry.getName() + "' is compressed with method "
                    + entry.getMethod() + "; use deflate or none");
        }
        if (entry.getSize() < 0) {
            throw Faults.dataset(source + ": the entry '" + entry.getName() + "' has no size; make the archive again");
        }
    }

    /** The paths of all files, in the archive's order. */
    List<String> paths() {
        return new ArrayList<>(files.keySet());
    }

    /** How many bytes an entry declares that it holds. */
    long size(String path) {
        return entry(path).getSize();
    }

    /** Reads a whole entry into memory. */
    byte[] read(String path) {
        ZipArchiveEntry entry = entry(path);
        if (entry.getSize() > limits.fileBytes()) {
            throw Faults.unsafe(source + ": the entry '" + path + "' inflates to " + entry.getSize()
                    + " bytes, more than the limit of " + limits.fileBytes() + " for one file");
        }
        try (InputStream in = open(path)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw damaged(path, e);
        }
    }

    /** Streams an entry; fails while reading if it is damaged or holds more than it declares. */
    InputStream open(String path) throws IOException {
        ZipArchiveEntry entry = entry(path);
        // Opening moves the archive's own position; reading afterwards does not.
        synchronized (zip) {
            return new VerifyingStream(zip.getInputStream(entry), entry.getSize(), entry.getCrc());
        }
    }

    /** What to throw when {@link #open} or its stream failed. */
    QuantizerException damaged(String path, IOException cause) {
        return Faults.dataset(
                source + ": the entry '" + path + "' is damaged (" + Faults.reason(cause) + "); make the archive again",
                cause);
    }

    private ZipArchiveEntry entry(String path) {
        ZipArchiveEntry entry = files.get(path);
        if (entry == null) {
            throw new IllegalArgumentException("no entry " + path + " in " + source);
        }
        return entry;
    }

    @Override
    public void close() {
        try {
            zip.close();
        } catch (IOException e) {
            throw Faults.dataset(source + ": can't be closed: " + Faults.reason(e), e);
        }
    }
}
