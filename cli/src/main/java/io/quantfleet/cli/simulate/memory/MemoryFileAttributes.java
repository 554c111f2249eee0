package io.quantfleet.cli.simulate.memory;

import java.io.IOException;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/** What is known of a file in memory: what it is and how large. */
record MemoryFileAttributes(boolean isDirectory, long size) implements BasicFileAttributes {
    private static final FileTime UNKNOWN = FileTime.fromMillis(0);

    static MemoryFileAttributes of(Tree tree, MemoryPath path) throws IOException {
        return tree.isDirectory(path)
                ? new MemoryFileAttributes(true, 0)
                : new MemoryFileAttributes(false, tree.file(path).length());
    }

    /** The same, as a view. */
    record View(Tree tree, MemoryPath path) implements BasicFileAttributeView {
        @Override
        public String name() {
            return "basic";
        }

        @Override
        public BasicFileAttributes readAttributes() throws IOException {
            return of(tree, path);
        }

        @Override
        public void setTimes(FileTime lastModified, FileTime lastAccess, FileTime created) {}
    }

    @Override
    public boolean isRegularFile() {
        return !isDirectory;
    }

    @Override
    public boolean isSymbolicLink() {
        return false;
    }

    @Override
    public boolean isOther() {
        return false;
    }

    @Override
    public FileTime lastModifiedTime() {
        return UNKNOWN;
    }

    @Override
    public FileTime lastAccessTime() {
        return UNKNOWN;
    }

    @Override
    public FileTime creationTime() {
        return UNKNOWN;
    }

    @Override
    public @Nullable Object fileKey() {
        return null;
    }
}
