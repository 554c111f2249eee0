package io.quantfleet.cli.simulate;

import io.quantfleet.agent.slot.Slot;
import io.quantfleet.agent.slot.Slots;
import io.quantfleet.protocols.v1.Manifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Looks whether the slots of an agent at rest are whole, bit by bit. */
public final class SlotCheck {
    private SlotCheck() {}

    /** Whether a slot is complete by its manifest and holds something else, or the one that should serve is empty. */
    public static boolean isDamaged(Path slotsDirectory) {
        try {
            Slots slots = new Slots(slotsDirectory);
            Optional<Slot> current = slots.current();
            if (current.isPresent() && current.get().manifest().isEmpty()) {
                return true;
            }
            List<Slot> both =
                    Stream.concat(current.stream(), Stream.of(slots.inactive())).toList();
            for (Slot slot : both) {
                Optional<Manifest> manifest = slot.manifest();
                if (manifest.isPresent() && !slot.holds(manifest.get())) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException("the slots in " + slotsDirectory + " can't be read", e);
        }
    }
}
