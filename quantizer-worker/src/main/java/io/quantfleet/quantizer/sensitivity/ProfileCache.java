package io.quantfleet.quantizer.sensitivity;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quantfleet.protocols.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Profiles kept in files between runs, each under the digest of everything that it follows from. A cache may lose anything
 * at any time and never answers wrongly: each file carries a digest of its own contents, a file that does not match it is
 * made anew, and a directory that can't be used is as good as an empty one. Safe for use by several threads and processes.
 */
public final class ProfileCache {
    private static final Logger LOG = LoggerFactory.getLogger(ProfileCache.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ENDING = ".profile";

    private final Path directory;
    private final long mostBytes;
    private final Sha256 program;

    ProfileCache(Path directory, long mostBytes, Sha256 program) {
        this.directory = directory;
        this.mostBytes = mostBytes;
        this.program = program;
    }

    /**
     * Uses a directory, which is made when something is kept. Profiles that another version of this program kept are not
     * found.
     *
     * @param mostBytes of all files together; those that were not used for longest go first
     * @return empty if this program is not a file whose contents could be told from another version's
     */
    public static Optional<ProfileCache> in(Path directory, long mostBytes) {
        try {
            Path code = Path.of(ProfileCache.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return Files.isRegularFile(code)
                    ? Optional.of(new ProfileCache(directory, mostBytes, Sha256.of(code)))
                    : Optional.empty();
        } catch (URISyntaxException | IOException e) {
            LOG.warn("profiles of layers are not kept: this program can't be read: {}", e.toString());
            return Optional.empty();
        }
    }

    Sha256 program() {
        return program;
    }

    /** The profile kept under a key. */
    Optional<SensitivityProfile> find(Sha256 key) {
        Path file = file(key);
        try {
            String[] parts = Files.readString(file).split("\n", 2);
            if (parts.length != 2 || !parts[0].equals(digest(parts[1]))) {
                LOG.warn("{} is damaged; the layers are profiled anew", file);
                return Optional.empty();
            }
            SensitivityProfile profile = JSON.readValue(parts[1], SensitivityProfile.class);
            Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
            return Optional.of(profile);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("{} can't be read; the layers are profiled anew: {}", file, e.toString());
            return Optional.empty();
        }
    }

    /** Keeps a profile. */
    void keep(Sha256 key, SensitivityProfile profile) {
        try {
            Files.createDirectories(directory);
            String json = JSON.writeValueAsString(profile);
            Path beside = directory.resolve("." + UUID.randomUUID() + ".writing");
            try {
                Files.writeString(beside, digest(json) + "\n" + json);
                Files.move(beside, file(key), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(beside);
            }
            makeRoom();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a profile of plain values is always JSON", e);
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("the profile of the layers can't be kept in {}: {}", directory, e.toString());
        }
    }

    private void makeRoom() throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(directory)) {
            files = all.filter(file -> file.getFileName().toString().endsWith(ENDING))
                    .sorted(Comparator.comparing(ProfileCache::lastUsed).reversed())
                    .toList();
        }
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

    private static String digest(String json) {
        return Sha256.of(json.getBytes(StandardCharsets.UTF_8)).hex();
    }
}
