package io.quantfleet.agent.testkit.faults;

import io.quantfleet.agent.testkit.faults.FileFaults.Step;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The platform's files, with {@link FileFaults} told of each change, and never forced to the disk. A JVM makes it its default with
 * {@code -Djava.nio.file.spi.DefaultFileSystemProvider}, and then the whole program, unchanged, writes through it; the
 * faults are those of {@link StopPoints#fromSystemProperty()} then.
 */
public final class FaultyFileSystemProvider extends FileSystemProvider {
    private final FileSystemProvider real;
    private final FaultyFileSystem fileSystem;
    private final FileFaults faults;

    /** For the JVM, which gives the platform's provider. */
    public FaultyFileSystemProvider(FileSystemProvider real) {
        this(real, StopPoints.fromSystemProperty());
    }

    public FaultyFileSystemProvider(FileSystemProvider real, FileFaults faults) {
        this.real = real;
        this.faults = faults;
        this.fileSystem = new FaultyFileSystem(this, real.getFileSystem(URI.create("file:///")));
    }

    /** The same file, reached through this provider. */
    public Path wrap(Path path) {
        return path instanceof FaultyPath ? path : new FaultyPath(fileSystem, path);
    }

    static Path real(Path path) {
        return path instanceof FaultyPath faulty ? faulty.real() : path;
    }

    @Override
    public String getScheme() {
        return real.getScheme();
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> env) throws IOException {
        return real.newFileSystem(uri, env);
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
        return fileSystem;
    }

    @Override
    public Path getPath(URI uri) {
        return wrap(real.getPath(uri));
    }

    @Override
    public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        boolean writes = options.contains(StandardOpenOption.WRITE);
        if (writes) {
            faults.at(Step.CREATE, path);
        }
        FileChannel channel = real.newFileChannel(real(path), options, attributes);
        if (writes) {
            return new FaultyFileChannel(channel, path, faults);
        }
        // Directories are opened to be forced, which is no change to a file.
        return new File(path.toString()).isDirectory()
                ? new FaultyFileChannel(channel, path, (step, file) -> {})
                : channel;
    }

    @Override
    public SeekableByteChannel newByteChannel(
            Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException {
        return newFileChannel(path, options, attributes);
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(Path directory, DirectoryStream.Filter<? super Path> filter)
            throws IOException {
        DirectoryStream<Path> stream = real.newDirectoryStream(real(directory), path -> filter.accept(wrap(path)));
        return new DirectoryStream<>() {
            @Override
            public Iterator<Path> iterator() {
                Iterator<Path> paths = stream.iterator();
                return new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                        return paths.hasNext();
                    }

                    @Override
                    public Path next() {
                        return wrap(paths.next());
                    }
                };
            }

            @Override
            public void close() throws IOException {
                stream.close();
            }
        };
    }

    @Override
    public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
        if (!new File(directory.toString()).isDirectory()) {
            faults.at(Step.DIRECTORY, directory);
        }
        real.createDirectory(real(directory), attributes);
    }

    @Override
    public void delete(Path path) throws IOException {
        if (new File(path.toString()).exists()) {
            faults.at(Step.DELETE, path);
        }
        real.delete(real(path));
        faults.at(Step.DELETED, path);
    }

    @Override
    public void copy(Path source, Path target, CopyOption... options) throws IOException {
        faults.at(Step.CREATE, target);
        real.copy(real(source), real(target), options);
    }

    @Override
    public void move(Path source, Path target, CopyOption... options) throws IOException {
        faults.at(Step.MOVE, target);
        real.move(real(source), real(target), options);
        faults.at(Step.MOVED, target);
    }

    @Override
    public boolean isSameFile(Path path, Path other) throws IOException {
        return real.isSameFile(real(path), real(other));
    }

    @Override
    public boolean isHidden(Path path) throws IOException {
        return real.isHidden(real(path));
    }

    @Override
    public FileStore getFileStore(Path path) throws IOException {
        return real.getFileStore(real(path));
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
        real.checkAccess(real(path), modes);
    }

    @Override
    public <V extends FileAttributeView> @Nullable V getFileAttributeView(
            Path path, Class<V> type, LinkOption... options) {
        return real.getFileAttributeView(real(path), type, options);
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(Path path, Class<A> type, LinkOption... options)
            throws IOException {
        return real.readAttributes(real(path), type, options);
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options) throws IOException {
        return real.readAttributes(real(path), attributes, options);
    }

    @Override
    public void setAttribute(Path path, String attribute, Object value, LinkOption... options) throws IOException {
        real.setAttribute(real(path), attribute, value, options);
    }
}
