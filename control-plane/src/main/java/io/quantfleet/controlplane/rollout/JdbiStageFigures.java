package io.quantfleet.controlplane.rollout;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.quantfleet.controlplane.gate.Gates;
import io.quantfleet.controlplane.gate.StageFigures;
import io.quantfleet.controlplane.gate.StageFigures.Answers;
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
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.UUID;

/** Gathers from the database what the gates of a stage look at. */
@Singleton
class JdbiStageFigures {
    /** How far back the figures of the version before are taken from. */
    private static final Duration BASELINE = Duration.ofHours(24);

    private static final double MICROS_PER_MILLI = 1000;
    private static final double P95 = 95;
    private static final YAMLMapper YAML = new YAMLMapper();

    /** The percentiles of so many devices of a class stand for all of them: more would only take longer. */
    private static final int HISTOGRAMS = 1000;

    // Members in the order of their ids, so that the histograms are always of the same ones.
    private static final String CLASSES = """
            with served as (
                select d.variant_job_id, e.device_class, t.device_id, t.right_answers, t.wrong_answers,
                    t.feedback_right, t.feedback_wrong, t.inferences, t.errors, case when :latency and row_number() over (
                            partition by d.variant_job_id, t.inferences > 0 order by m.device_id) <= :histograms
                        then t.latency_histogram end as latency_histogram
                from rollout_member m
                join deployment d on d.id = m.deployment_id and d.state = 'ACTIVE'
                join variant v on v.job_id = d.variant_job_id
                join device e on e.device_id = m.device_id
                left join device_telemetry t on t.device_id = m.device_id and t.variant_sha256 = v.sha256
                where m.rollout_id = :rollout and m.stage = :stage)
            select s.device_class, c.profile, v.probe_accuracy, v.probe_accuracy_fp32, v.accuracy, v.accuracy_fp32,
                count(*) as active, count(s.device_id) as measuring,
                coalesce(sum(s.right_answers), 0) as right_answers, coalesce(sum(s.wrong_answers), 0) as wrong_answers,
                coalesce(sum(s.feedback_right), 0) as feedback_right, coalesce(sum(s.feedback_wrong), 0) as feedback_wrong,
                coalesce(sum(s.inferences), 0) as inferences, coalesce(sum(s.errors), 0) as errors,
                array_agg(s.latency_histogram)
                    filter (where s.inferences > 0 and s.latency_histogram is not null) as histograms
            from served s
            join variant v on v.job_id = s.variant_job_id
            join device_class c on c.name = s.device_class
            group by s.device_class, c.profile, v.job_id order by s.device_class
            """;

    // Of the variant that the fleet's devices of the class served most in the day before the rollout. Telemetry is kept
    // by
    // the fleets that devices enrolled into; for a fleet by query, by those that its devices come from.
    private static final String PREVIOUS = """
            select t.variant_sha256, coalesce(sum(t.right_answers), 0) as right_answers, coalesce(sum(t.wrong_answers), 0) as wrong_answers,
                coalesce(sum(t.feedback_right), 0) as feedback_right, coalesce(sum(t.feedback_wrong), 0) as feedback_wrong,
                coalesce(sum(t.inferences), 0) as inferences, coalesce(sum(t.errors), 0) as errors,
                array_agg(t.latency_histogram) filter (where t.inferences > 0) as histograms
            from rollout r
            join telemetry_minute t on t.device_class = :deviceClass and t.fleet in (
                    select d.fleet from fleet_device f join device d on d.device_id = f.device_id where f.fleet = r.fleet)
                and t.minute < r.created_at and t.minute >= r.created_at - cast(:baseline as interval)
                and (t.model_name, t.model_version) <> (r.model_name, r.model_version)
            where r.id = :rollout
            group by t.variant_sha256 order by sum(t.inferences) desc limit 1
            """;

    /** Counts of the stage and, if a gate looks at them, the figures of its classes. */
    StageFigures of(Tx tx, UUID rollout, int stage, JdbiStages.Counts counts, Gates gates) {
        List<ClassFigures> classes = gates.lookAtMeasurements()
                ? tx.handle()
                        .createQuery(CLASSES)
                        .bind("rollout", rollout)
                        .bind("stage", stage)
                        .bind("latency", gates.latency().isPresent())
                        .bind("histograms", HISTOGRAMS)
                        .map((row, context) -> classRow(tx, rollout, gates, row))
                        .list()
                : List.of();
        return new StageFigures(
                counts.devices(),
                counts.active(),
                counts.failed(),
                counts.selfTestsPassed(),
                counts.selfTestsFailed(),
                classes);
    }

    private static ClassFigures classRow(Tx tx, UUID rollout, Gates gates, ResultSet row) throws SQLException {
        String deviceClass = row.getString("device_class");
        WorkerFigures measured = workerFigures(row);
        return new ClassFigures(
                deviceClass,
                row.getInt("active"),
                row.getInt("measuring"),
                served(row),
                measured.fp32(),
                measured.fp32OnValidation(),
                gates.lookAtThePrevious() ? previous(tx, rollout, deviceClass, measured) : Optional.empty(),
                objective(row.getString("profile")));
    }

    // Brought from the samples of the version before to those of this one; see WorkerFigures.
    private static Optional<Served> previous(Tx tx, UUID rollout, String deviceClass, WorkerFigures now) {
        return tx.handle()
                .createQuery(PREVIOUS)
                .bind("rollout", rollout)
                .bind("deviceClass", deviceClass)
                .bind("baseline", BASELINE.toString())
                .map((row, context) -> Map.entry(row.getString("variant_sha256"), served(row)))
                .findOne()
                .map(previous -> measured(tx, previous.getKey(), deviceClass)
                        .map(before -> now.comparable(previous.getValue(), before))
                        .orElse(previous.getValue()));
    }

    private static Optional<WorkerFigures> measured(Tx tx, String variant, String deviceClass) {
        return tx.handle()
                .createQuery("""
                        select probe_accuracy, probe_accuracy_fp32, accuracy, accuracy_fp32 from variant
                        where sha256 = :variant and device_class = :deviceClass order by created_at desc limit 1""")
                .bind("variant", variant)
                .bind("deviceClass", deviceClass)
                .map((row, context) -> workerFigures(row))
                .findOne();
    }

    private static WorkerFigures workerFigures(ResultSet row) throws SQLException {
        return new WorkerFigures(
                row.getDouble("probe_accuracy"),
                Rows.optionalDouble(row, "probe_accuracy_fp32"),
                Rows.optionalDouble(row, "accuracy"),
                Rows.optionalDouble(row, "accuracy_fp32"));
    }

    private static Served served(ResultSet row) throws SQLException {
        return new Served(
                new Answers(row.getLong("right_answers"), row.getLong("wrong_answers")),
                new Answers(row.getLong("feedback_right"), row.getLong("feedback_wrong")),
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
