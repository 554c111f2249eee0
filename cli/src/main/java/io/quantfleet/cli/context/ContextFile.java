package io.quantfleet.cli.context;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.quantfleet.cli.CliException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The file that keeps contexts: {@code quantfleet/config.yaml} below {@code XDG_CONFIG_HOME}, by default
 * {@code ~/.config}. Only its owner may read it; it is replaced as a whole, so that a process that is killed leaves the
 * one before.
 */
final class ContextFile {
    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> OWNER_FOLDER = PosixFilePermissions.fromString("rwx------");
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .build();

    private final Path configuration;
    private final Path folder;
    private final Path file;

    private ContextFile(Path configuration) {
        this.configuration = configuration;
        this.folder = configuration.resolve("quantfleet");
        this.file = folder.resolve("config.yaml");
    }

    /** Where the environment says that it is; as the XDG Base Directory Specification, a relative path counts for nothing. */
    static ContextFile in(Map<String, String> environment) {
        Path configuration = Optional.ofNullable(environment.get("XDG_CONFIG_HOME"))
                .map(Path::of)
                .filter(Path::isAbsolute)
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".config"));
        return new ContextFile(configuration);
    }

    Path path() {
        return file;
    }

    /** What it holds; nothing if it isn't there. */
    Contexts read() {
        try {
            Contexts read = YAML.readValue(Files.readString(file), Contexts.class);
            boolean secret = read.contexts().values().stream().anyMatch(context -> context.token() != null);
            if (secret && !OWNER.containsAll(Files.getPosixFilePermissions(file))) {
                throw new CliException(file + " holds tokens and others may read it; 'chmod 600' it");
            }
            return read;
        } catch (NoSuchFileException e) {
            return Contexts.none();
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            throw new CliException(
                    file + ", line " + line + ": "
                            + e.getOriginalMessage().lines().findFirst().orElse("")
                            + "; correct it, or delete the file",
                    e);
        } catch (IOException e) {
            throw new CliException("can't read " + file, e);
        }
    }

    void write(Contexts contexts) {
        try {
            Files.createDirectories(configuration);
            if (!Files.isDirectory(folder)) {
                Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(OWNER_FOLDER));
            }
            Path beside = Files.createTempFile(folder, ".config", ".yaml", PosixFilePermissions.asFileAttribute(OWNER));
            try {
                Files.writeString(beside, YAML.writeValueAsString(contexts));
                Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(beside);
            }
        } catch (IOException e) {
            throw new CliException("can't write " + file, e);
        }
    }
}
