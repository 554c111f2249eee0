package io.quantfleet.controlplane.telemetry;

import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** What variants predicted at first: the first {@link #COMPLETE} predictions that came, of any device. */
@Singleton
class JdbiBaselines {
    /** With so many a bin of one in ten is known to within a tenth of itself. */
    static final long COMPLETE = 1_000;

    /** Those that are complete need not be asked for again. */
    private final Set<String> complete = ConcurrentHashMap.newKeySet();

    private record Baseline(long predictions, Distributions distributions) {}

    /** Adds windows to the baselines that are not complete yet. */
    void add(Tx tx, List<JdbiWindows.Located> windows) {
        Map<String, Distributions.Sum> sums = new TreeMap<>();
        for (JdbiWindows.Located located : windows) {
            String variant = located.window().variant().hex();
            Distributions seen = located.window().figures().distributions();
            if (!complete.contains(variant) && seen.predictions() > 0) {
                sums.computeIfAbsent(variant, key -> new Distributions.Sum()).add(seen);
            }
        }
        sums.forEach((variant, sum) -> add(tx, variant, sum.distributions()));
    }

    private void add(Tx tx, String variant, Distributions more) {
        tx.handle()
                .createUpdate("insert into telemetry_baseline values (:variant, 0, '') on conflict do nothing")
                .bind("variant", variant)
                .execute();
        Baseline before = read(tx, variant, "for update").orElseThrow();
        if (before.predictions() >= COMPLETE) {
            complete.add(variant);
            return;
        }
        Distributions.Sum sum =
                new Distributions.Sum().add(before.distributions()).add(more);
        tx.handle()
                .createUpdate("update telemetry_baseline set predictions = :predictions, distributions = :distributions"
                        + " where variant_sha256 = :variant")
                .bind("variant", variant)
                .bind("predictions", before.predictions() + more.predictions())
                .bind("distributions", sum.distributions().encode())
                .execute();
    }

    /** A variant's baseline; empty until it is complete. */
    Optional<Distributions> find(Tx tx, String variant) {
        return read(tx, variant, "")
                .filter(baseline -> baseline.predictions() >= COMPLETE)
                .map(Baseline::distributions);
    }

    private static Optional<Baseline> read(Tx tx, String variant, String lock) {
        return tx.handle()
                .createQuery("select * from telemetry_baseline where variant_sha256 = :variant " + lock)
                .bind("variant", variant)
                .map((row, context) ->
                        new Baseline(row.getLong("predictions"), Distributions.decode(row.getBytes("distributions"))))
                .findOne();
    }
}
