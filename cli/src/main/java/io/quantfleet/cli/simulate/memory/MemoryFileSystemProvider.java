package io.quantfleet.cli.simulate.memory;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The operations of a {@link MemoryFileSystem}. */
final class MemoryFileSystemProvider extends FileSystemProvider {
    private static final FileStore STORE = new MemoryFileStore();

    private final MemoryFileSystem fileSystem;
    private final Tree tree;

    MemoryFileSystemProvider(MemoryFileSystem fileSystem, Tree tree) {
        this.fileSystem = fileSystem;
        this.tree = tree;
    }

    @Override
    public String getScheme() {
        return MemoryFileSystem.SCHEME;
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> env) {
        throw new UnsupportedOperationException("made by its constructor");
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
        return fileSystem;
    }

    @Override
    public Path getPath(URI uri) {
        return fileSystem.getPath(uri.getSchemeSpecificPart());
    }

    @Override
    public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        MemoryPath file = MemoryPath.of(path);
        boolean writes = options.contains(StandardOpenOption.WRITE) || options.contains(StandardOpenOption.APPEND);
        boolean mustBeNew = options.contains(StandardOpenOption.CREATE_NEW);
        Content content = writes && (mustBeNew || options.contains(StandardOpenOption.CREATE))
                ? tree.create(file, mustBeNew)
                : tree.file(file);
        if (writes && options.contains(StandardOpenOption.TRUNCATE_EXISTING)) {
            content.truncate(0);
        }
        long position = options.contains(StandardOpenOption.APPEND) ? content.length() : 0;
        return new MemoryFileChannel(content, writes, position);
    }

    @Override
    public SeekableByteChannel newByteChannel(
            Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException {
        return newFileChannel(path, options, attributes);
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(Path directory, DirectoryStream.Filter<? super Path> filter)
            throws IOException {
        List<Path> entries = tree.list(MemoryPath.of(directory));
        entries.removeIf(entry -> !accepts(filter, entry));
        return new DirectoryStream<>() {
            @Override
            public Iterator<Path> iterator() {
                return entries.iterator();
            }

            @Override
            public void close() {}
        };
    }

    private static boolean accepts(DirectoryStream.Filter<? super Path> filter, Path entry) {
        try {
            return filter.accept(entry);
        } catch (IOException e) {
            throw new java.nio.file.DirectoryIteratorException(e);
        }
    }

    @Override
    public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
        tree.createDirectory(MemoryPath.of(directory));
    }

    @Override
    public void delete(Path path) throws IOException {
        MemoryPath file = MemoryPath.of(path);
        if (!tree.delete(file)) {
            throw new NoSuchFileException(file.toString());
        }
    }

    /** As usual, but for an exception that would be made and caught for every file that is not there. */
    @Override
    public boolean deleteIfExists(Path path) throws IOException {
        return tree.delete(MemoryPath.of(path));
    }

    @Override
    public void copy(Path source, Path target, CopyOption... options) throws IOException {
        MemoryPath to = MemoryPath.of(target);
        requireReplaceable(to, options);
        byte[] bytes = tree.file(MemoryPath.of(source)).settled();
        Content content = tree.create(to, false);
        content.truncate(0);
        content.write(0, bytes, 0, bytes.length);
        content.settle();
    }

    @Override
    public void move(Path source, Path target, CopyOption... options) throws IOException {
        MemoryPath to = MemoryPath.of(target);
        requireReplaceable(to, options);
        tree.move(MemoryPath.of(source), to);
    }

    private void requireReplaceable(MemoryPath target, CopyOption... options) throws IOException {
        boolean replace = List.of(options).contains(StandardCopyOption.REPLACE_EXISTING)
                || List.of(options).contains(StandardCopyOption.ATOMIC_MOVE);
        if (!replace && tree.find(target).isPresent()) {
            throw new FileAlreadyExistsException(target.toString());
        }
    }

    @Override
    public boolean isSameFile(Path path, Path other) {
        return MemoryPath.of(path).key().equals(MemoryPath.of(other).key());
    }

    @Override
    public boolean isHidden(Path path) {
        return false;
    }

    @Override
    public FileStore getFileStore(Path path) {
        return STORE;
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
        tree.require(MemoryPath.of(path));
    }

    @Override
    public <V extends FileAttributeView> @Nullable V getFileAttributeView(
            Path path, Class<V> type, LinkOption... options) {
        if (!type.equals(BasicFileAttributeView.class)) {
            return null;
        }
        return type.cast(new MemoryFileAttributes.View(tree, MemoryPath.of(path)));
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(Path path, Class<A> type, LinkOption... options)
            throws IOException {
        if (!type.equals(BasicFileAttributes.class)) {
            throw new UnsupportedOperationException("files in memory have no " + type.getSimpleName());
        }
        return type.cast(MemoryFileAttributes.of(tree, MemoryPath.of(path)));
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options) {
        throw new UnsupportedOperationException("attributes of files in memory are not read by name");
    }

    @Override
    public void setAttribute(Path path, String attribute, Object value, LinkOption... options) {
        throw new UnsupportedOperationException("attributes of files in memory are not set");
    }
}
