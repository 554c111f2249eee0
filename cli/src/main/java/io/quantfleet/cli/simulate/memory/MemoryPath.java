package io.quantfleet.cli.simulate.memory;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import org.jspecify.annotations.Nullable;

/** A path of a {@link MemoryFileSystem}; its names are those of a path of this machine, which does the arithmetic. */
final class MemoryPath implements Path {
    private final MemoryFileSystem fileSystem;
    private final Path names;
    private @Nullable String key;

    MemoryPath(MemoryFileSystem fileSystem, Path names) {
        this.fileSystem = fileSystem;
        this.names = names;
    }

    /** The path as this class, if it is one of ours. */
    static MemoryPath of(Path path) {
        if (path instanceof MemoryPath ours) {
            return ours;
        }
        throw new ProviderMismatchException(path + " is no path in memory");
    }

    /** What the file is stored under. */
    String key() {
        String known = key;
        if (known == null) {
            known = names.toAbsolutePath().normalize().toString();
            key = known;
        }
        return known;
    }

    private MemoryPath with(Path other) {
        return new MemoryPath(fileSystem, other);
    }

    private @Nullable Path orNull(@Nullable Path other) {
        return other == null ? null : with(other);
    }

    @Override
    public FileSystem getFileSystem() {
        return fileSystem;
    }

    @Override
    public boolean isAbsolute() {
        return names.isAbsolute();
    }

    @Override
    public @Nullable Path getRoot() {
        return orNull(names.getRoot());
    }

    @Override
    public @Nullable Path getFileName() {
        return orNull(names.getFileName());
    }

    @Override
    public @Nullable Path getParent() {
        return orNull(names.getParent());
    }

    @Override
    public int getNameCount() {
        return names.getNameCount();
    }

    @Override
    public Path getName(int index) {
        return with(names.getName(index));
    }

    @Override
    public Path subpath(int beginIndex, int endIndex) {
        return with(names.subpath(beginIndex, endIndex));
    }

    @Override
    public boolean startsWith(Path other) {
        return other instanceof MemoryPath ours && names.startsWith(ours.names);
    }

    @Override
    public boolean endsWith(Path other) {
        return other instanceof MemoryPath ours && names.endsWith(ours.names);
    }

    @Override
    public Path normalize() {
        return with(names.normalize());
    }

    @Override
    public Path resolve(Path other) {
        return with(names.resolve(of(other).names));
    }

    @Override
    public Path relativize(Path other) {
        return with(names.relativize(of(other).names));
    }

    @Override
    public URI toUri() {
        return URI.create(
                MemoryFileSystem.SCHEME + ":" + names.toAbsolutePath().toUri().getRawPath());
    }

    @Override
    public Path toAbsolutePath() {
        return isAbsolute() ? this : with(names.toAbsolutePath());
    }

    @Override
    public Path toRealPath(LinkOption... options) throws IOException {
        fileSystem.requireThere(this);
        return toAbsolutePath().normalize();
    }

    @Override
    public WatchKey register(WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers) {
        throw new UnsupportedOperationException("files in memory are not watched");
    }

    @Override
    public int compareTo(Path other) {
        return names.compareTo(of(other).names);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof MemoryPath ours && ours.fileSystem == fileSystem && ours.names.equals(names);
    }

    @Override
    public int hashCode() {
        return names.hashCode();
    }

    @Override
    public String toString() {
        return names.toString();
    }
}
