package io.quantfleet.agent.apply;

import io.quantfleet.agent.slot.Slot;
import io.quantfleet.agent.slot.Slots;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.artifact.ChunkRef;
import io.quantfleet.protocols.v1.Manifest;
import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Works out the cheapest way to an assignment's artifacts: takes over what is at hand, and compares the chunks that are
 * lacking with the delta that the manifest may offer. For the apply thread.
 */
final class FetchPlanner {
    /**
     * What to fetch.
     *
     * @param lacking the chunks to fetch, each once
     * @param base where the delta starts from, if the variant comes as one
     */
    record Plan(List<ChunkRef> lacking, Optional<Slot> base) {
        Plan {
            lacking = List.copyOf(lacking);
        }
    }

    private final ChunkDirectory directory;
    private final Slots slots;

    FetchPlanner(ChunkDirectory directory, Slots slots) {
        this.directory = directory;
        this.slots = slots;
    }

    /** @param mayUseDelta whether to look at a delta at all */
    Plan plan(Assignment assignment, boolean mayUseDelta) throws IOException {
        Manifest manifest = assignment.manifest();
        Map<Sha256, ChunkRef> variant = Assignment.chunks(manifest.getVariant());
        Map<Sha256, ChunkRef> probeSet = Assignment.chunks(manifest.getProbeSet());
        Map<Sha256, ChunkRef> delta = Assignment.chunks(manifest.getDelta().getPatch());
        Set<Sha256> wanted = new HashSet<>(variant.keySet());
        wanted.addAll(probeSet.keySet());
        wanted.addAll(delta.keySet());
        wanted.add(assignment.variant());
        directory.retainOnly(wanted);
        if (directory.has(assignment.variant()) && manifest.getVariant().getChunksCount() > 1) {
            // A delta made it before a restart.
            return new Plan(lacking(probeSet), Optional.empty());
        }
        Optional<Slot> base = mayUseDelta ? base(manifest) : Optional.empty();
        if (base.isPresent() && bytes(absent(delta)) < bytes(absent(variant))) {
            Map<Sha256, ChunkRef> both = new LinkedHashMap<>(delta);
            both.putAll(probeSet);
            return new Plan(lacking(both), base);
        }
        Map<Sha256, ChunkRef> both = new LinkedHashMap<>(variant);
        both.putAll(probeSet);
        return new Plan(lacking(both), Optional.empty());
    }

    /** The slot that serves, if a delta starts from exactly what is in it. */
    private Optional<Slot> base(Manifest manifest) throws IOException {
        Optional<Slot> current = slots.current();
        if (!manifest.hasDelta() || current.isEmpty()) {
            return Optional.empty();
        }
        boolean same = current.get()
                .manifest()
                .filter(installed -> installed
                        .getVariant()
                        .getArtifact()
                        .equals(manifest.getDelta().getFrom()))
                .isPresent();
        return same ? current : Optional.empty();
    }

    /** Takes over what the slots have; what is left. */
    private List<ChunkRef> lacking(Map<Sha256, ChunkRef> chunks) throws IOException {
        for (Slot slot : slots.all()) {
            List<Sha256> missing = chunks.keySet().stream()
                    .filter(chunk -> !directory.has(chunk))
                    .toList();
            LocalChunks.copy(slot, missing, directory);
        }
        return chunks.values().stream()
                .filter(chunk -> !directory.has(chunk.content().sha256()))
                .toList();
    }

    /** What the device does not seem to have; nothing is read or copied. */
    private Collection<ChunkRef> absent(Map<Sha256, ChunkRef> chunks) throws IOException {
        Set<Sha256> atHand = new HashSet<>();
        for (Slot slot : slots.all()) {
            atHand.addAll(LocalChunks.names(slot));
        }
        return chunks.values().stream()
                .filter(chunk -> !atHand.contains(chunk.content().sha256())
                        && !directory.has(chunk.content().sha256()))
                .toList();
    }

    private static long bytes(Collection<ChunkRef> chunks) {
        return chunks.stream().mapToLong(chunk -> chunk.published().size()).sum();
    }
}
