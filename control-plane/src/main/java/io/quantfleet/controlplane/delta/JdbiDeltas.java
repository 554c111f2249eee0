package io.quantfleet.controlplane.delta;

import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.Sha256;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;

/** The pairs of variants for which a delta is wanted, and what became of each. */
@Singleton
class JdbiDeltas {
    /** How far a pair is: a patch if it is READY. */
    record Standing(State state, Optional<Sha256> patch) {}

    enum State {
        WANTED,
        READY,
        USELESS,
        FAILED
    }

    /** A pair that this instance works on now; {@code attempt} counts from one. */
    record Claim(VariantPair pair, int attempt) {}

    Optional<Standing> find(Tx tx, VariantPair pair) {
        return tx.handle()
                .createQuery("select state, patch_sha256 from delta where from_sha256 = :from and to_sha256 = :to")
                .bind("from", pair.from().hex())
                .bind("to", pair.to().hex())
                .map((row, context) -> new Standing(
                        State.valueOf(row.getString("state")),
                        Optional.ofNullable(row.getString("patch_sha256")).map(Sha256::new)))
                .findOne();
    }

    void want(Tx tx, VariantPair pair, Instant now) {
        tx.handle()
                .createUpdate("""
                        insert into delta (from_sha256, to_sha256, wanted_at) values (:from, :to, :now)
                        on conflict do nothing""")
                .bind("from", pair.from().hex())
                .bind("to", pair.to().hex())
                .bind("now", now)
                .execute();
    }

    /** Wants the deltas from whatever the devices of a class serve now. */
    void wantForClass(Tx tx, String deviceClass, Sha256 to, int mostPairs, Instant now) {
        tx.handle()
                .createUpdate("""
                        insert into delta (from_sha256, to_sha256, wanted_at)
                        select active_variant_sha256, :to, :now from device
                        where device_class = :class and active_variant_sha256 is not null
                            and active_variant_sha256 <> :to
                        group by active_variant_sha256 order by count(*) desc limit :most
                        on conflict do nothing""")
                .bind("class", deviceClass)
                .bind("to", to.hex())
                .bind("most", mostPairs)
                .bind("now", now)
                .execute();
    }

    /** Whether a delta to one of these variants has been waited for since {@code since} at most. */
    boolean isAwaited(Tx tx, Collection<Sha256> to, Instant since) {
        return tx.handle()
                .createQuery("""
                        select exists (select 1 from delta
                            where state = 'WANTED' and to_sha256 = any(:to) and wanted_at > :since)""")
                .bindArray("to", String.class, to.stream().map(Sha256::hex).toList())
                .bind("since", since)
                .mapTo(Boolean.class)
                .one();
    }

    /** Takes the pair that has waited longest, unless another instance has it; nobody else does until {@code until}. */
    Optional<Claim> claim(Tx tx, Instant now, Instant until) {
        return tx.handle()
                .createQuery("""
                        update delta set claimed_until = :until, attempts = attempts + 1
                        where (from_sha256, to_sha256) = (
                            select from_sha256, to_sha256 from delta
                            where state = 'WANTED' and (claimed_until is null or claimed_until < :now)
                            order by wanted_at, to_sha256, from_sha256 limit 1 for update skip locked)
                        returning from_sha256, to_sha256, attempts""")
                .bind("now", now)
                .bind("until", until)
                .map((row, context) -> new Claim(
                        new VariantPair(
                                new Sha256(row.getString("from_sha256")), new Sha256(row.getString("to_sha256"))),
                        row.getInt("attempts")))
                .findOne();
    }

    void finish(Tx tx, VariantPair pair, Standing standing, String remark, Instant now) {
        tx.handle()
                .createUpdate("""
                        update delta set state = :state, patch_sha256 = :patch, remark = :remark, finished_at = :now,
                            claimed_until = null
                        where from_sha256 = :from and to_sha256 = :to""")
                .bind("from", pair.from().hex())
                .bind("to", pair.to().hex())
                .bind("state", standing.state().name())
                .bind("patch", standing.patch().map(Sha256::hex))
                .bind("remark", remark)
                .bind("now", now)
                .execute();
    }
}
