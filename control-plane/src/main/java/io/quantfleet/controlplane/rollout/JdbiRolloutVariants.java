package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.model.JdbiVariants;
import io.quantfleet.controlplane.storage.Rows;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.Sha256;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The variants of rollouts in the database: settled when a rollout begins, so that every device of a class gets the
 * same one, whatever is quantized meanwhile.
 */
@Singleton
class JdbiRolloutVariants {
    /** Settles the variant of every class that has one and is not settled yet: the last that became ready. */
    void settle(Tx tx, UUID rollout) {
        tx.handle().createUpdate("""
                        insert into rollout_variant (rollout_id, device_class, job_id)
                        select distinct on (v.device_class) r.id, v.device_class, v.job_id
                        from rollout r
                        join variant v on v.model_name = r.model_name and v.model_version = r.model_version
                            and v.verdict = 'READY'
                        join quantization_job j on j.id = v.job_id
                        where r.id = :rollout order by v.device_class, j.attempt desc
                        on conflict do nothing""").bind("rollout", rollout).execute();
    }

    /** By device class. */
    Map<String, JdbiVariants.Ready> of(Tx tx, UUID rollout) {
        return tx
                .handle()
                .createQuery("""
                        select v.* from rollout_variant s join variant v on v.job_id = s.job_id
                        where s.rollout_id = :rollout""")
                .bind("rollout", rollout)
                .map((row, context) -> new JdbiVariants.Ready(
                        Rows.uuid(row, "job_id"),
                        row.getString("device_class"),
                        new Sha256(row.getString("sha256")),
                        new Sha256(row.getString("probe_set_sha256")),
                        row.getInt("probe_samples"),
                        row.getDouble("probe_accuracy")))
                .stream()
                .collect(Collectors.toMap(JdbiVariants.Ready::deviceClass, Function.identity()));
    }
}
