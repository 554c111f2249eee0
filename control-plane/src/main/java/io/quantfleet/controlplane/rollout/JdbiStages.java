package io.quantfleet.controlplane.rollout;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quantfleet.controlplane.gate.Finding;
import io.quantfleet.controlplane.gate.Gates;
import io.quantfleet.controlplane.gate.Verdict;
import io.quantfleet.controlplane.storage.Rows;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jdbi.v3.core.statement.StatementContext;

/** The stages of rollouts in the database: when they opened, how their devices fare, what their gates said last. */
@Singleton
class JdbiStages {
    private static final TypeReference<List<Finding>> FINDINGS = new TypeReference<>() {};
    private static final String COUNTS = """
            select count(*) as devices,
                count(*) filter (where m.deployment_id is null) as waiting,
                count(*) filter (where d.id is not null and d.finished_at is null) as underway,
                count(*) filter (where d.state = 'ACTIVE') as active,
                count(*) filter (where d.finished_at is not null and d.state <> 'ACTIVE') as failed,
                count(*) filter (where d.state in ('SWITCHING', 'ACTIVE')) as self_tests_passed,
                count(*) filter (where d.reason_code = 'SELF_TEST_FAILED') as self_tests_failed
            from rollout_member m left join deployment d on d.id = m.deployment_id
            """;

    private final ObjectMapper json;

    JdbiStages(ObjectMapper json) {
        this.json = json;
    }

    /** How many devices of a stage are where. */
    @Schema(name = "StageCounts")
    record Counts(
            int devices, int waiting, int underway, int active, int failed, int selfTestsPassed, int selfTestsFailed) {}

    /** A stage that has opened, as REST shows it. */
    @Schema(name = "OpenedStage")
    record Opened(
            int stage,
            Instant openedAt,
            Optional<Instant> judgedAt,
            Optional<Verdict> verdict,
            List<Finding> findings,
            Counts counts) {
        Opened {
            findings = List.copyOf(findings);
        }
    }

    /** Notes that a stage opens; whether it did so now. */
    boolean open(Tx tx, UUID rollout, int stage, Instant now) {
        return tx.handle()
                        .createUpdate("""
                                insert into rollout_stage (rollout_id, stage, opened_at) values (:rollout, :stage, :now)
                                on conflict do nothing""")
                        .bind("rollout", rollout)
                        .bind("stage", stage)
                        .bind("now", now)
                        .execute()
                == 1;
    }

    void judged(Tx tx, UUID rollout, int stage, List<Finding> findings, Instant now) {
        tx.handle()
                .createUpdate("""
                        update rollout_stage set judged_at = :now, verdict = :verdict,
                            findings = cast(:findings as jsonb)
                        where rollout_id = :rollout and stage = :stage""")
                .bind("rollout", rollout)
                .bind("stage", stage)
                .bind("verdict", Gates.verdict(findings).name())
                .bind("findings", write(findings))
                .bind("now", now)
                .execute();
    }

    Counts counts(Tx tx, UUID rollout, int stage) {
        return tx.handle()
                .createQuery(COUNTS + "where m.rollout_id = :rollout and m.stage = :stage")
                .bind("rollout", rollout)
                .bind("stage", stage)
                .map(JdbiStages::countsRow)
                .one();
    }

    /** How many devices of a stage have a manifest and no end; looks at unfinished deployments alone. */
    int underway(Tx tx, UUID rollout, int stage) {
        return tx.handle()
                .createQuery("""
                        select count(*) from deployment d
                        join rollout_member m on m.rollout_id = d.rollout_id and m.device_id = d.device_id
                            and m.deployment_id = d.id and m.stage = :stage
                        where d.rollout_id = :rollout and d.finished_at is null""")
                .bind("rollout", rollout)
                .bind("stage", stage)
                .mapTo(Integer.class)
                .one();
    }

    /** Whether a device of a stage has no manifest yet, or one and no end; far cheaper than to count them. */
    boolean isUnsettled(Tx tx, UUID rollout, int stage) {
        return tx.handle()
                .createQuery("""
                        select exists (select from rollout_member m
                                where m.rollout_id = :rollout and m.stage = :stage and m.deployment_id is null)
                            or exists (select from deployment d
                                join rollout_member m on m.rollout_id = d.rollout_id and m.device_id = d.device_id
                                    and m.deployment_id = d.id and m.stage = :stage
                                where d.rollout_id = :rollout and d.finished_at is null)""")
                .bind("rollout", rollout)
                .bind("stage", stage)
                .mapTo(Boolean.class)
                .one();
    }

    /** The stages that have opened, in their order. */
    List<Opened> opened(Tx tx, UUID rollout) {
        return tx.handle()
                .createQuery("select s.*, c.* from rollout_stage s cross join lateral (" + COUNTS
                        + "where m.rollout_id = s.rollout_id and m.stage = s.stage) c"
                        + " where s.rollout_id = :rollout order by s.stage")
                .bind("rollout", rollout)
                .map(this::openedRow)
                .list();
    }

    private Opened openedRow(ResultSet row, StatementContext context) throws SQLException {
        return new Opened(
                row.getInt("stage"),
                Rows.instant(row, "opened_at"),
                Rows.optionalInstant(row, "judged_at"),
                Rows.optionalText(row, "verdict").map(Verdict::valueOf),
                read(row.getString("findings")),
                countsRow(row, context));
    }

    private static Counts countsRow(ResultSet row, StatementContext context) throws SQLException {
        return new Counts(
                row.getInt("devices"),
                row.getInt("waiting"),
                row.getInt("underway"),
                row.getInt("active"),
                row.getInt("failed"),
                row.getInt("self_tests_passed"),
                row.getInt("self_tests_failed"));
    }

    private String write(List<Finding> findings) {
        try {
            return json.writeValueAsString(findings);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("findings are always writable", e);
        }
    }

    private List<Finding> read(String text) {
        try {
            return json.readValue(text, FINDINGS);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the database holds findings that don't parse", e);
        }
    }
}
