package io.quantfleet.agent.slot;

import io.quantfleet.agent.state.DurableFiles;
import io.quantfleet.protocols.v1.Manifest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The slots {@code a} and {@code b}, and the file {@code current} that names the one that serves. That file is replaced
 * atomically, so at any moment, a power cut included, one complete model is the current one. For one thread.
 */
public final class Slots {
    private static final Logger LOG = LoggerFactory.getLogger(Slots.class);

    /** A slot with what is in it. */
    public record Installed(Slot slot, Manifest manifest) {}

    private final Path pointer;
    private final Slot a;
    private final Slot b;

    public Slots(Path directory) throws IOException {
        this.pointer = directory.resolve("current");
        this.a = new Slot("a", created(directory.resolve("a")));
        this.b = new Slot("b", created(directory.resolve("b")));
    }

    /** The slot that serves; empty before the first model. */
    public Optional<Slot> current() throws IOException {
        return DurableFiles.read(pointer)
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8).strip())
                .flatMap(name ->
                        Stream.of(a, b).filter(slot -> slot.name().equals(name)).findFirst());
    }

    /** The slot to write to: the one that does not serve. */
    public Slot inactive() throws IOException {
        return current().map(current -> current == a ? b : a).orElse(a);
    }

    /** Both slots, the one that serves first, if one does. */
    public List<Slot> all() throws IOException {
        return inactive() == a ? List.of(b, a) : List.of(a, b);
    }

    /** Makes the inactive slot the current one. What was current stays, in the other slot. */
    public void switchOver() throws IOException {
        Slot next = inactive();
        DurableFiles.write(pointer, (next.name() + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Gives up the current slot's content, which is no good although it is intact. The other slot becomes the current one if
     * it is complete; else none is.
     */
    public void discardCurrent() throws IOException {
        Optional<Slot> current = current();
        if (current.isEmpty()) {
            return;
        }
        if (inactive().manifest().isPresent()) {
            switchOver();
        } else {
            Files.deleteIfExists(pointer);
        }
        current.get().clear();
    }

    /**
     * What to serve after a start: the current slot if it is intact, else the other one, which becomes the current one.
     *
     * @param open loads what a slot holds; empty if it can't be loaded
     */
    public <T> Optional<T> recover(Function<Installed, Optional<T>> open) throws IOException {
        Optional<Slot> current = current();
        if (current.isEmpty()) {
            return Optional.empty();
        }
        Optional<T> recovered = intact(current.get()).flatMap(open);
        if (recovered.isPresent()) {
            return recovered;
        }
        LOG.error("the current model is damaged, falling back to the one before slot={}", current.get());
        Optional<T> before = intact(inactive()).flatMap(open);
        if (before.isPresent()) {
            switchOver();
        } else {
            Files.deleteIfExists(pointer);
        }
        return before;
    }

    private static Optional<Installed> intact(Slot slot) throws IOException {
        Optional<Manifest> manifest = slot.manifest();
        if (manifest.isEmpty() || !slot.holds(manifest.get())) {
            return Optional.empty();
        }
        return Optional.of(new Installed(slot, manifest.get()));
    }

    private static Path created(Path directory) throws IOException {
        DurableFiles.createDirectory(directory);
        return directory;
    }
}
