package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.artifact.ChunkRef;
import io.quantfleet.protocols.v1.Manifest;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** The sets of chunks that manifests name, by which it is known what has to stay on the broker. */
@Singleton
class JdbiChunkSets {
    private final Set<Sha256> stored = ConcurrentHashMap.newKeySet();

    /** The set of a manifest's chunks, stored if it is new. */
    Sha256 of(Tx tx, Manifest manifest) {
        List<String> names = Stream.of(
                        manifest.getVariant(),
                        manifest.getProbeSet(),
                        manifest.getDelta().getPatch())
                .filter(artifact -> !artifact.getNotOnBroker())
                .flatMap(artifact -> artifact.getChunksList().stream())
                .map(chunk -> ChunkRef.of(chunk).name().hex())
                .distinct()
                .sorted()
                .toList();
        Sha256 set = Sha256.of(String.join(",", names).getBytes(StandardCharsets.UTF_8));
        if (!stored.contains(set)) {
            tx.handle()
                    .createUpdate("insert into chunk_set (sha256, chunks) values (:set, :names) on conflict do nothing")
                    .bind("set", set.hex())
                    .bindArray("names", String.class, names)
                    .execute();
            tx.afterCommit(() -> stored.add(set));
        }
        return set;
    }
}
