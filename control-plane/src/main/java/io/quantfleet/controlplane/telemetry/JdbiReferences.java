package io.quantfleet.controlplane.telemetry;

import io.quantfleet.controlplane.storage.Rows;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;

/** What was measured of variants before devices had them. */
@Singleton
class JdbiReferences {
    /** By the variant's last quantization for the class; nothing for one that this control plane does not know. */
    VariantQuality.Reference find(Tx tx, String variant, String deviceClass) {
        return tx.handle()
                .createQuery("""
                        select accuracy_fp32, accuracy, probe_accuracy_fp32, probe_accuracy from variant
                         where sha256 = :variant and device_class = :deviceClass order by created_at desc limit 1""")
                .bind("variant", variant)
                .bind("deviceClass", deviceClass)
                .map((row, context) -> new VariantQuality.Reference(
                        Rows.optionalDouble(row, "accuracy_fp32"),
                        Rows.optionalDouble(row, "accuracy"),
                        Rows.optionalDouble(row, "probe_accuracy_fp32"),
                        Rows.optionalDouble(row, "probe_accuracy")))
                .findOne()
                .orElse(VariantQuality.Reference.NONE);
    }
}
