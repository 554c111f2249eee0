package io.quantfleet.cli.simulate.memory;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.List;
import java.util.Set;

/**
 * A file system that lives as long as it is referred to. It has files and directories, and neither links nor
 * permissions; forcing a file to disk does nothing. Safe for use by several threads, as long as each file is written by
 * one at a time.
 */
public final class MemoryFileSystem extends FileSystem {
    static final String SCHEME = "quantfleet-memory";

    private final Tree tree;
    private final MemoryFileSystemProvider provider;

    /** An empty file system whose contents are shared with no other's. */
    public MemoryFileSystem() {
        this.tree = new Tree(new SharedContents());
        this.provider = new MemoryFileSystemProvider(this, tree);
    }

    /**
     * The bytes of a file, which must not be changed. Files with equal contents of some size have the same array.
     *
     * @throws NoSuchFileException if there is no such file
     */
    public byte[] bytes(Path file) throws IOException {
        return tree.file(MemoryPath.of(file)).settled();
    }

    void requireThere(MemoryPath path) throws IOException {
        tree.require(path);
    }

    @Override
    public FileSystemProvider provider() {
        return provider;
    }

    /** Does nothing: what is in memory goes with its last reference. */
    @Override
    public void close() {}

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public boolean isReadOnly() {
        return false;
    }

    @Override
    public String getSeparator() {
        return "/";
    }

    @Override
    public Iterable<Path> getRootDirectories() {
        return List.of(getPath("/"));
    }

    @Override
    public Iterable<FileStore> getFileStores() {
        return List.of(new MemoryFileStore());
    }

    @Override
    public Set<String> supportedFileAttributeViews() {
        return Set.of("basic");
    }

    @Override
    public Path getPath(String first, String... more) {
        return new MemoryPath(this, Path.of(first, more));
    }

    @Override
    public PathMatcher getPathMatcher(String syntaxAndPattern) {
        throw new UnsupportedOperationException("no patterns in memory");
    }

    @Override
    public UserPrincipalLookupService getUserPrincipalLookupService() {
        throw new UnsupportedOperationException("files in memory have no owners");
    }

    @Override
    public WatchService newWatchService() {
        throw new UnsupportedOperationException("files in memory are not watched");
    }
}
