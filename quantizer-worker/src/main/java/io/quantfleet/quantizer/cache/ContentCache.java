package io.quantfleet.quantizer.cache;

import io.quantfleet.protocols.Sha256;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was computed, kept in files between runs, each under the digest of everything that it follows from. A cache may lose
 * anything at any time and never answers wrongly: each file carries a digest of its own contents, a file that does not match
 * it is as good as none, and a directory that can't be used as good as an empty one. Safe for use by several threads and
 * processes, any of which may be killed at any time.
 */
public final class ContentCache {
    private static final Logger LOG = LoggerFactory.getLogger(ContentCache.class);
    private static final int DIGEST_BYTES = 32;
    private static final String ENDING = ".kept";
    private static final String WRITING = ".writing";
    private static final Duration LONGEST_WRITING = Duration.ofHours(1);

    private final Path directory;
    private final long mostBytes;
    private final Sha256 program;

    /**
     * Uses a directory.
     *
     * @param mostBytes of all files together; those that were not used for longest go first
     * @param program what tells this program from other versions of it
     */
    public ContentCache(Path directory, long mostBytes, Sha256 program) {
        this.directory = directory;
        this.mostBytes = mostBytes;
        this.program = program;
    }

    /**
     * Uses a directory, which is made when something is kept.
     *
     * @param mostBytes of all files together; those that were not used for longest go first
     * @return empty if this program is not a file whose contents could be told from another version's
     */
    public static Optional<ContentCache> in(Path directory, long mostBytes) {
        try {
            Path code = Path.of(ContentCache.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return Files.isRegularFile(code)
                    ? Optional.of(new ContentCache(directory, mostBytes, Sha256.of(code)))
                    : Optional.empty();
        } catch (URISyntaxException | IOException e) {
            LOG.warn("nothing is kept between runs: this program can't be read: {}", e.toString());
            return Optional.empty();
        }
    }

    /** What tells this program from other versions of it: part of every key. */
    public Sha256 program() {
        return program;
    }

    /** What is kept under a key. */
    public Optional<byte[]> find(Sha256 key) {
        Path file = file(key);
        try {
            byte[] whole = Files.readAllBytes(file);
            byte[] content = Arrays.copyOfRange(whole, Math.min(DIGEST_BYTES, whole.length), whole.length);
            if (!Arrays.equals(Arrays.copyOf(whole, whole.length - content.length), digest(content))) {
                LOG.warn("{} is damaged; what it held is made anew", file);
                return Optional.empty();
            }
            Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
            return Optional.of(content);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            LOG.warn("{} can't be read; what it held is made anew: {}", file, e.toString());
            return Optional.empty();
        }
    }

    /** Keeps something, in the place of what was kept under that key before. */
    public void keep(Sha256 key, byte[] content) {
        try {
            Files.createDirectories(directory);
            Path beside = directory.resolve("." + UUID.randomUUID() + WRITING);
            try {
                try (OutputStream file = Files.newOutputStream(beside)) {
                    file.write(digest(content));
                    file.write(content);
                }
                Files.move(beside, file(key), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(beside);
            }
            makeRoom();
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("nothing can be kept in {}: {}", directory, e.toString());
        }
    }

    private void makeRoom() throws IOException {
        List<Path> all;
        try (Stream<Path> listed = Files.list(directory)) {
            all = listed.toList();
        }
        // Left by a process that was killed while it wrote.
        Instant old = Instant.now().minus(LONGEST_WRITING);
        for (Path file : all) {
            if (file.getFileName().toString().endsWith(WRITING)
                    && lastUsed(file).toInstant().isBefore(old)) {
                Files.deleteIfExists(file);
            }
        }
        List<Path> files = all.stream()
                .filter(file -> file.getFileName().toString().endsWith(ENDING))
                .sorted(Comparator.comparing(ContentCache::lastUsed).reversed())
                .toList();
        long bytes = 0;
        for (Path file : files) {
            bytes += size(file);
            if (bytes > mostBytes) {
                Files.deleteIfExists(file);
            }
        }
    }

    // Another process may have deleted it.
    private static FileTime lastUsed(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (NoSuchFileException e) {
            return FileTime.from(Instant.EPOCH);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long size(Path file) throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    private Path file(Sha256 key) {
        return directory.resolve(key.hex() + ENDING);
    }

    private static byte[] digest(byte[] content) {
        return Sha256.newDigest().digest(content);
    }
}
