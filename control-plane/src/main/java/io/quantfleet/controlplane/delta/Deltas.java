package io.quantfleet.controlplane.delta;

import io.quantfleet.controlplane.artifact.ChunkPlans;
import io.quantfleet.controlplane.lifecycle.Ticker;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.artifact.StoredArtifact;
import io.quantfleet.protocols.v1.Delta;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The deltas that there are, and the making of those that are wanted. Whoever asks never waits: what isn't there yet is
 * made in the background, by one thread of one instance at a time for each pair. Safe for use by several threads.
 */
@Singleton
public class Deltas implements AutoCloseable {
    /** Of the variants that the devices of one class serve, the most frequent. */
    private static final int PAIRS_PER_CLASS = 4;

    private static final Duration PERIOD = Duration.ofSeconds(1);

    private final JdbiDeltas pairs;
    private final ChunkPlans plans;
    private final DeltaPolicy policy;
    private final Clock clock;
    private final Ticker making;
    private final Map<VariantPair, Optional<Delta>> settled = new ConcurrentHashMap<>();

    Deltas(Database database, JdbiDeltas pairs, DeltaMaker maker, ChunkPlans plans, DeltaPolicy policy, Clock clock) {
        this.pairs = pairs;
        this.plans = plans;
        this.policy = policy;
        this.clock = clock;
        this.making = new Ticker("deltas", PERIOD, () -> maker.makeAll(database));
    }

    public void start() {
        making.start();
    }

    /** The way from one variant to another, if there is one that is worth it; if none was ever tried, it is wanted now. */
    public Optional<Delta> between(Tx tx, Sha256 from, Sha256 to) {
        VariantPair pair = new VariantPair(from, to);
        if (from.equals(to)) {
            return Optional.empty();
        }
        Optional<Delta> known = settled.get(pair);
        if (known != null) {
            return known;
        }
        Optional<JdbiDeltas.Standing> standing = pairs.find(tx, pair);
        if (standing.isEmpty()) {
            pairs.want(tx, pair, clock.instant());
            tx.afterCommit(making::wake);
            return Optional.empty();
        }
        if (standing.get().state() == JdbiDeltas.State.WANTED) {
            return Optional.empty();
        }
        Optional<Delta> delta = standing.get().patch().map(patch -> Delta.newBuilder()
                .setFrom(new StoredArtifact(from, plans.of(from).getArtifact().getSize()).toRef())
                .setPatch(plans.of(patch))
                .build());
        settled.put(pair, delta);
        return delta;
    }

    /** A variant may be rolled out: makes ready what devices of its class could use that serve another version of the model. */
    public void variantReady(Tx tx, String model, String deviceClass, Sha256 variant) {
        pairs.wantForModel(tx, model, deviceClass, variant, PAIRS_PER_CLASS, clock.instant());
        tx.afterCommit(making::wake);
    }

    /** Devices are about to be asked: makes ready what those of a stage could use, whatever model they serve. */
    public void stageOpens(Tx tx, UUID rollout, int stage) {
        pairs.wantForStage(tx, rollout, stage, PAIRS_PER_CLASS, clock.instant());
        tx.afterCommit(making::wake);
    }

    /** Whether it is worth a moment's wait, because a delta to one of these variants is being made. */
    public boolean isAwaited(Tx tx, Collection<Sha256> variants) {
        Instant since = clock.instant().minus(policy.patience());
        return pairs.isAwaited(tx, variants, since);
    }

    @Override
    public void close() {
        making.close();
    }
}
