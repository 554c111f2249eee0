package io.quantfleet.controlplane.delta;

import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.Sha256;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.UUID;

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

    /** Wants the deltas from the versions of a model that the devices of a class serve now. */
    void wantForModel(Tx tx, String model, String deviceClass, Sha256 to, int mostPairs, Instant now) {
        tx.handle()
                .createUpdate("""
                        insert into delta (from_sha256, to_sha256, wanted_at)
                        select active_variant_sha256, :to, :now from device
                        where device_class = :class and active_model_name = :model
                            and active_variant_sha256 is not null and active_variant_sha256 <> :to
                        group by active_variant_sha256 order by count(*) desc limit :most
                        on conflict do nothing""")
                .bind("model", model)
                .bind("class", deviceClass)
                .bind("to", to.hex())
                .bind("most", mostPairs)
                .bind("now", now)
                .execute();
    }

    /** Wants the deltas from what the devices of a rollout's stage serve now to what it brings them. */
    void wantForStage(Tx tx, UUID rollout, int stage, int mostPairs, Instant now) {
        tx.handle()
                .createUpdate("""
                        insert into delta (from_sha256, to_sha256, wanted_at)
                        select from_sha256, to_sha256, :now from (
                            select e.active_variant_sha256 as from_sha256, v.sha256 as to_sha256,
                                row_number() over (partition by v.sha256 order by count(*) desc) as place
                            from rollout_member m
                            join device e on e.device_id = m.device_id
                            join rollout_variant s on s.rollout_id = m.rollout_id and s.device_class = e.device_class
                            join variant v on v.job_id = s.job_id
                            where m.rollout_id = :rollout and m.stage = :stage
                                and e.active_variant_sha256 is not null and e.active_variant_sha256 <> v.sha256
                            group by e.active_variant_sha256, v.sha256) as pair
                        where place <= :most
                        on conflict do nothing""")
                .bind("rollout", rollout)
                .bind("stage", stage)
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
