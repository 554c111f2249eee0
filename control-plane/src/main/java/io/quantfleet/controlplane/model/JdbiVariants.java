package io.quantfleet.controlplane.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quantfleet.controlplane.filter.Filter;
import io.quantfleet.controlplane.filter.SqlFilter;
import io.quantfleet.controlplane.storage.Rows;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.artifact.StoredArtifact;
import jakarta.inject.Singleton;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.statement.StatementContext;

/** Variants in the database. */
@Singleton
public class JdbiVariants {
    private static final String VIEW = """
            select j.id, j.device_class, j.attempt, j.progress, j.trains, j.step, j.worker, j.failure_code, j.failure, j.options,
                j.rungs, j.training, coalesce(v.verdict, j.state) as state, v.reasons, v.sha256, v.bytes, v.probe_samples,
                v.probe_accuracy, v.report_page_sha256, v.report
            from %s j left join variant v on v.job_id = j.id
            """;

    private final ObjectMapper json;

    JdbiVariants(ObjectMapper json) {
        this.json = json;
    }

    /**
     * A finished variant.
     *
     * @param ready whether it kept within the accuracy budget
     * @param probeAccuracyFp32 of FP32 on the probe set; empty if the worker did not say
     * @param report JSON text
     * @param page the report for people
     */
    record Variant(
            UUID jobId,
            ModelVersionId model,
            String deviceClass,
            boolean ready,
            List<String> reasons,
            Sha256 sha256,
            long bytes,
            Sha256 probeSet,
            long probeSetBytes,
            int probeSamples,
            double probeAccuracy,
            Optional<Double> probeAccuracyFp32,
            String report,
            Optional<StoredArtifact> page) {
        Variant {
            reasons = List.copyOf(reasons);
        }
    }

    /** A variant that may be rolled out. */
    public record Ready(
            UUID jobId, String deviceClass, Sha256 sha256, Sha256 probeSet, int probeSamples, double probeAccuracy) {}

    void insert(Tx tx, Variant variant, Instant now) {
        tx.handle()
                .createUpdate("""
                        insert into variant
                            (job_id, model_name, model_version, device_class, verdict, reasons, sha256, bytes,
                             probe_set_sha256, probe_set_bytes, probe_samples, probe_accuracy,
                             probe_accuracy_fp32, report, report_page_sha256, created_at)
                        values (:jobId, :model, :version, :deviceClass, :verdict, :reasons, :sha256, :bytes,
                             :probeSet, :probeSetBytes, :probeSamples, :probeAccuracy,
                             :probeAccuracyFp32, cast(:report as jsonb), :page, :now)""")
                .bind("jobId", variant.jobId())
                .bind("model", variant.model().model())
                .bind("version", variant.model().version())
                .bind("deviceClass", variant.deviceClass())
                .bind("verdict", variant.ready() ? "READY" : "REJECTED")
                .bindArray("reasons", String.class, variant.reasons())
                .bind("sha256", variant.sha256().hex())
                .bind("bytes", variant.bytes())
                .bind("probeSet", variant.probeSet().hex())
                .bind("probeSetBytes", variant.probeSetBytes())
                .bind("probeSamples", variant.probeSamples())
                .bind("probeAccuracy", variant.probeAccuracy())
                .bind("probeAccuracyFp32", variant.probeAccuracyFp32())
                .bind("report", variant.report())
                .bind("page", variant.page().map(page -> page.sha256().hex()))
                .bind("now", now)
                .execute();
    }

    /** What may be rolled out of a model version, by device class; of several attempts the last that succeeded. */
    public Map<String, Ready> ready(Tx tx, ModelVersionId id) {
        return tx
                .handle()
                .createQuery("""
                        select distinct on (v.device_class) v.* from variant v join quantization_job j on j.id = v.job_id
                        where v.model_name = :model and v.model_version = :version and v.verdict = 'READY'
                        order by v.device_class, j.attempt desc""")
                .bind("model", id.model())
                .bind("version", id.version())
                .map((row, context) -> new Ready(
                        Rows.uuid(row, "job_id"),
                        row.getString("device_class"),
                        new Sha256(row.getString("sha256")),
                        new Sha256(row.getString("probe_set_sha256")),
                        row.getInt("probe_samples"),
                        row.getDouble("probe_accuracy")))
                .stream()
                .collect(Collectors.toMap(Ready::deviceClass, Function.identity()));
    }

    /** One job with its variant, if it has one. */
    Optional<VariantView> view(Tx tx, UUID job) {
        return tx.handle()
                .createQuery(VIEW.formatted("quantization_job") + " where j.id = :id")
                .bind("id", job)
                .map(this::view)
                .findOne();
    }

    /** Jobs, newest first, behind the one of the page before. */
    List<JobSummary> jobs(Tx tx, Filter<JobSummary> filter, Optional<UUID> after, int limit) {
        SqlFilter sql = SqlFilter.of(filter);
        return tx.handle()
                .createQuery("""
                        select j.*, coalesce(v.verdict, j.state) as shown_state
                        from quantization_job j left join variant v on v.job_id = j.id
                        where (cast(:after as uuid) is null or (j.queued_at, j.id) <
                            (select l.queued_at, l.id from quantization_job l where l.id = :after)) and\s""" + sql.condition() + " order by j.queued_at desc, j.id desc limit :limit")
                .bindMap(sql.values())
                .bind("after", after)
                .bind("limit", limit)
                .map((row, context) -> new JobSummary(
                        Rows.uuid(row, "id"),
                        row.getString("model_name"),
                        row.getInt("model_version"),
                        row.getString("device_class"),
                        row.getInt("attempt"),
                        row.getString("shown_state"),
                        row.getDouble("progress"),
                        row.getBoolean("trains"),
                        Rows.optionalText(row, "step"),
                        Rows.optionalText(row, "worker"),
                        Rows.optionalText(row, "failure_code"),
                        Rows.instant(row, "queued_at"),
                        Rows.optionalInstant(row, "started_at"),
                        Rows.optionalInstant(row, "finished_at")))
                .list();
    }

    /** The last job of a model version for each device class, with its variant, if it has one. */
    public List<VariantView> views(Tx tx, String model, int version) {
        return tx.handle()
                .createQuery(VIEW.formatted("current_quantization_job") + """
                        where j.model_name = :model and j.model_version = :version
                        order by j.device_class""")
                .bind("model", model)
                .bind("version", version)
                .map(this::view)
                .list();
    }

    private VariantView view(ResultSet row, StatementContext context) throws SQLException {
        return new VariantView(
                Rows.uuid(row, "id"),
                row.getString("device_class"),
                row.getInt("attempt"),
                row.getString("state"),
                row.getDouble("progress"),
                row.getBoolean("trains"),
                Rows.optionalText(row, "step"),
                Rows.optionalText(row, "worker"),
                Rows.optionalText(row, "failure_code"),
                reasons(row),
                Rows.optionalText(row, "sha256"),
                Optional.ofNullable(row.getObject("bytes", Long.class)),
                Rows.optionalInt(row, "probe_samples"),
                Rows.optionalDouble(row, "probe_accuracy"),
                Rows.optionalText(row, "report_page_sha256"),
                parsed(row.getString("options")),
                parsed(row.getString("rungs")),
                parsed(row.getString("training")),
                report(row));
    }

    private static List<String> reasons(ResultSet row) throws SQLException {
        Array reasons = row.getArray("reasons");
        if (reasons != null) {
            return List.of((String[]) reasons.getArray());
        }
        return Rows.optionalText(row, "failure").map(List::of).orElse(List.of());
    }

    private Optional<JsonNode> report(ResultSet row) throws SQLException {
        return Optional.ofNullable(row.getString("report")).map(this::parsed);
    }

    private JsonNode parsed(String text) {
        try {
            return json.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the database holds JSON that doesn't parse", e);
        }
    }
}
