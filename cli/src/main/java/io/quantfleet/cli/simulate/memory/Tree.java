package io.quantfleet.cli.simulate.memory;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which files and directories there are, by their absolute paths. Each directory knows its entries, so listing one costs
 * what it holds. Operations on one directory exclude each other; those on different ones do not, so that devices do not
 * wait for each other.
 */
final class Tree {
    private final SharedContents shared;
    private final Map<String, Content> files = new ConcurrentHashMap<>();
    private final Map<String, Set<String>> directories = new ConcurrentHashMap<>();

    Tree(SharedContents shared) {
        this.shared = shared;
        directories.put("/", ConcurrentHashMap.newKeySet());
    }

    boolean isDirectory(MemoryPath path) {
        return directories.containsKey(path.key());
    }

    Optional<Content> find(MemoryPath path) {
        return Optional.ofNullable(files.get(path.key()));
    }

    void require(MemoryPath path) throws NoSuchFileException {
        if (find(path).isEmpty() && !isDirectory(path)) {
            throw new NoSuchFileException(path.toString());
        }
    }

    Content file(MemoryPath path) throws NoSuchFileException {
        return find(path).orElseThrow(() -> new NoSuchFileException(path.toString()));
    }

    /** The file for writing. */
    Content create(MemoryPath path, boolean mustBeNew) throws IOException {
        Set<String> siblings = siblings(path);
        synchronized (siblings) {
            if (isDirectory(path) || (mustBeNew && files.containsKey(path.key()))) {
                throw new FileAlreadyExistsException(path.toString());
            }
            siblings.add(path.key());
            return files.computeIfAbsent(path.key(), key -> new Content(shared));
        }
    }

    void createDirectory(MemoryPath path) throws IOException {
        Set<String> siblings = siblings(path);
        synchronized (siblings) {
            if (files.containsKey(path.key())
                    || directories.putIfAbsent(path.key(), ConcurrentHashMap.newKeySet()) != null) {
                throw new FileAlreadyExistsException(path.toString());
            }
            siblings.add(path.key());
        }
    }

    List<Path> list(MemoryPath path) throws IOException {
        Set<String> entries = directories.get(path.key());
        if (entries == null) {
            throw find(path).isPresent()
                    ? new NotDirectoryException(path.toString())
                    : new NoSuchFileException(path.toString());
        }
        List<Path> paths = new ArrayList<>();
        entries.forEach(key -> paths.add(path.resolve(key.substring(key.lastIndexOf('/') + 1))));
        return paths;
    }

    /** Whether there was anything to delete. */
    boolean delete(MemoryPath path) throws IOException {
        Optional<Set<String>> directory = directory(path);
        if (directory.isEmpty()) {
            return false;
        }
        Set<String> siblings = directory.get();
        synchronized (siblings) {
            Set<String> entries = directories.get(path.key());
            if (entries != null && !entries.isEmpty()) {
                throw new DirectoryNotEmptyException(path.toString());
            }
            boolean gone = entries != null ? directories.remove(path.key()) != null : files.remove(path.key()) != null;
            siblings.remove(path.key());
            return gone;
        }
    }

    /** Gives a file another name; what had that name is gone. */
    void move(MemoryPath from, MemoryPath to) throws IOException {
        Content content = file(from);
        Set<String> target = siblings(to);
        synchronized (target) {
            if (isDirectory(to)) {
                throw new FileAlreadyExistsException(to.toString());
            }
            files.put(to.key(), content);
            target.add(to.key());
        }
        Set<String> source = siblings(from);
        synchronized (source) {
            files.remove(from.key());
            source.remove(from.key());
        }
    }

    private Set<String> siblings(MemoryPath path) throws NoSuchFileException {
        return directory(path)
                .orElseThrow(() -> new NoSuchFileException(path.toString(), null, "its directory is not there"));
    }

    /** The entries of the directory that the path is in, if that is there. */
    private Optional<Set<String>> directory(MemoryPath path) {
        String key = path.key();
        int end = key.lastIndexOf('/');
        return key.length() == 1
                ? Optional.empty()
                : Optional.ofNullable(directories.get(end == 0 ? "/" : key.substring(0, end)));
    }
}
