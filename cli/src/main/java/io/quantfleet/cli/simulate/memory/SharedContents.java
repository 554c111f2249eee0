package io.quantfleet.cli.simulate.memory;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.stream.Stream;

/**
 * Large contents, each kept once while a file has it. They are found by how they begin, so that a file can be compared
 * with what is there while it is written, and needs memory of its own only from the first byte that differs. Safe for
 * use by several threads.
 */
final class SharedContents {
    /** Smaller contents are not shared. */
    static final int SMALLEST = 4096;

    private static final int BEGINNING = 64;

    private final Map<Integer, List<WeakReference<byte[]>>> byBeginning = new HashMap<>();
    // By identity, as arrays are.
    private final Map<byte[], Map<Integer, WeakReference<byte[]>>> partsByWhole = new WeakHashMap<>();

    /** A content that begins with these bytes and is longer than {@code longerThan}. */
    synchronized Optional<byte[]> beginningWith(byte[] bytes, int offset, int length, int longerThan) {
        if (length < BEGINNING) {
            return Optional.empty();
        }
        for (WeakReference<byte[]> reference : byBeginning.getOrDefault(key(bytes, offset), List.of())) {
            byte[] content = reference.get();
            if (content != null
                    && content.length > longerThan
                    && content.length >= length
                    && Arrays.equals(content, 0, length, bytes, offset, offset + length)) {
                return Optional.of(content);
            }
        }
        return Optional.empty();
    }

    /**
     * Whether a shared content has all of another one at this place. Arrays that are shared do not change, so they are
     * compared once, and not for every device that puts the one together of the other.
     */
    synchronized boolean has(byte[] whole, int at, byte[] part) {
        if (part.length > whole.length - at) {
            return false;
        }
        Map<Integer, WeakReference<byte[]>> parts = partsByWhole.computeIfAbsent(whole, key -> new HashMap<>());
        WeakReference<byte[]> known = parts.get(at);
        if (known != null && known.get() == part) {
            return true;
        }
        boolean same = Arrays.equals(whole, at, at + part.length, part, 0, part.length);
        if (same) {
            parts.put(at, new WeakReference<>(part));
        }
        return same;
    }

    /** The longest content that begins with this one, which may be itself. */
    synchronized Optional<byte[]> longestBeginningWith(byte[] part) {
        return byBeginning.getOrDefault(key(part, 0), List.of()).stream()
                .flatMap(reference -> Stream.ofNullable(reference.get()))
                .filter(whole -> has(whole, 0, part))
                .max(Comparator.comparingInt(whole -> whole.length));
    }

    /** The one copy of this content; that is the array itself if it is the first of its kind. */
    synchronized byte[] share(byte[] content) {
        if (content.length < SMALLEST) {
            return content;
        }
        List<WeakReference<byte[]>> alike = byBeginning.computeIfAbsent(key(content, 0), key -> new ArrayList<>());
        alike.removeIf(reference -> reference.get() == null);
        for (WeakReference<byte[]> reference : alike) {
            byte[] known = reference.get();
            if (known != null && Arrays.equals(known, content)) {
                return known;
            }
        }
        alike.add(new WeakReference<>(content));
        return content;
    }

    private static int key(byte[] bytes, int offset) {
        int hash = 1;
        for (int i = 0; i < BEGINNING; i++) {
            hash = 31 * hash + bytes[offset + i];
        }
        return hash;
    }
}
