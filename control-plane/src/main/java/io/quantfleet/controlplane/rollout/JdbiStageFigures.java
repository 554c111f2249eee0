package io.quantfleet.controlplane.rollout;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.quantfleet.controlplane.gate.StageFigures;
import io.quantfleet.controlplane.gate.StageFigures.ClassFigures;
import io.quantfleet.controlplane.gate.StageFigures.Served;
import io.quantfleet.controlplane.latency.LatencyHistogram;
import io.quantfleet.controlplane.storage.Rows;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.UUID;
import org.jdbi.v3.core.statement.StatementContext;

/** Gathers from the database what the gates of a stage look at. */
@Singleton
class JdbiStageFigures {
    /** How far back the figures of the version before are taken from. */
    private static final Duration BASELINE = Duration.ofHours(24);

    private static final double MICROS_PER_MILLI = 1000;
    private static final double P95 = 95;
    private static final YAMLMapper YAML = new YAMLMapper();

    private static final String CLASSES = """
            select e.device_class, v.probe_accuracy_fp32, c.profile, count(*) as active, count(t.device_id) as measuring,
                coalesce(sum(t.right_answers), 0) as right_answers, coalesce(sum(t.wrong_answers), 0) as wrong_answers,
                coalesce(sum(t.inferences), 0) as inferences, coalesce(sum(t.errors), 0) as errors,
                array_agg(t.latency_histogram) filter (where t.inferences > 0) as histograms
            from rollout_member m
            join deployment d on d.id = m.deployment_id and d.state = 'ACTIVE'
            join variant v on v.job_id = d.variant_job_id
            join device e on e.device_id = m.device_id
            join device_class c on c.name = e.device_class
            left join device_telemetry t on t.device_id = m.device_id and t.variant_sha256 = v.sha256
            where m.rollout_id = :rollout and m.stage = :stage
            group by e.device_class, v.probe_accuracy_fp32, c.profile order by e.device_class
            """;

    // Of the variant that the fleet's devices of the class served most in the day before the rollout.
    private static final String PREVIOUS = """
            select coalesce(sum(t.right_answers), 0) as right_answers, coalesce(sum(t.wrong_answers), 0) as wrong_answers,
                coalesce(sum(t.inferences), 0) as inferences, coalesce(sum(t.errors), 0) as errors,
                array_agg(t.latency_histogram) filter (where t.inferences > 0) as histograms
            from rollout r
            join telemetry_minute t on t.fleet = r.fleet and t.device_class = :deviceClass
                and t.minute < r.created_at and t.minute >= r.created_at - cast(:baseline as interval)
                and (t.model_name, t.model_version) <> (r.model_name, r.model_version)
            where r.id = :rollout
            group by t.variant_sha256 order by sum(t.inferences) desc limit 1
            """;

    /** Counts of the stage and the figures of its classes. */
    StageFigures of(Tx tx, UUID rollout, int stage, JdbiStages.Counts counts) {
        List<ClassFigures> classes = tx.handle()
                .createQuery(CLASSES)
                .bind("rollout", rollout)
                .bind("stage", stage)
                .map((row, context) -> classRow(tx, rollout, row, context))
                .list();
        return new StageFigures(
                counts.devices(),
                counts.active(),
                counts.failed(),
                counts.selfTestsPassed(),
                counts.selfTestsFailed(),
                classes);
    }

    private ClassFigures classRow(Tx tx, UUID rollout, ResultSet row, StatementContext context) throws SQLException {
        String deviceClass = row.getString("device_class");
        return new ClassFigures(
                deviceClass,
                row.getInt("active"),
                row.getInt("measuring"),
                served(row, context),
                Rows.optionalDouble(row, "probe_accuracy_fp32")
                        .map(OptionalDouble::of)
                        .orElse(OptionalDouble.empty()),
                previous(tx, rollout, deviceClass),
                objective(row.getString("profile")));
    }

    private static Optional<Served> previous(Tx tx, UUID rollout, String deviceClass) {
        return tx.handle()
                .createQuery(PREVIOUS)
                .bind("rollout", rollout)
                .bind("deviceClass", deviceClass)
                .bind("baseline", BASELINE.toString())
                .map(JdbiStageFigures::served)
                .findOne();
    }

    private static Served served(ResultSet row, StatementContext context) throws SQLException {
        return new Served(
                row.getLong("right_answers"),
                row.getLong("wrong_answers"),
                row.getLong("inferences"),
                row.getLong("errors"),
                p95(row));
    }

    private static OptionalDouble p95(ResultSet row) throws SQLException {
        var histograms = row.getArray("histograms");
        if (histograms == null) {
            return OptionalDouble.empty();
        }
        OptionalDouble micros = Arrays.stream((byte[][]) histograms.getArray())
                .map(LatencyHistogram::decode)
                .reduce(LatencyHistogram::plus)
                .map(sum -> sum.percentile(P95))
                .orElse(OptionalDouble.empty());
        return micros.isPresent() ? OptionalDouble.of(micros.getAsDouble() / MICROS_PER_MILLI) : micros;
    }

    private static OptionalDouble objective(String profile) {
        try {
            JsonNode millis = YAML.readTree(profile).path("latencyMs");
            return millis.isNumber() ? OptionalDouble.of(millis.asDouble()) : OptionalDouble.empty();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the database holds a profile that doesn't parse", e);
        }
    }
}
