package io.quantfleet.controlplane.console.rollout;

import io.quantfleet.controlplane.console.ConsoleDatabase;
import io.quantfleet.controlplane.console.frame.Sorting;
import io.quantfleet.controlplane.filter.SqlFilter;
import jakarta.inject.Singleton;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.jdbi.v3.core.statement.Query;

/** Reads rollouts. */
@Singleton
public class RolloutQueries {
    private static final String ROWS = """
            select r.*, p.*
              from (select * from rollout r where <which> order by <order> limit :limit) r
              left join lateral (select count(*) as devices,
                       <counts>,
                       coalesce(sum(fetched_bytes), 0)::bigint as fetched_bytes,
                       coalesce(sum(greatest(total_bytes - fetched_bytes, 0)) filter (where state = 'ACTIVE'), 0)::bigint
                           as saved_bytes
                  from rollout_member m join deployment d on d.rollout_id = m.rollout_id
                       and d.id = coalesce(m.rollback_id, m.deployment_id)
                 where m.rollout_id = r.id) p on true
             order by <order>
            """;

    private static final String COUNTS = Arrays.stream(DeploymentGroup.values())
            .map(group -> "count(*) filter (where " + group.holds("state") + ") as " + group.name())
            .collect(Collectors.joining(", "));

    private static final String NEWEST_FIRST = "r.created_at desc, r.id desc";
    private static final int OPEN = 100;

    private static final String DEPLOYMENTS = """
            with parts as not materialized (
                select p.*, <rank> as rank
                  from deployment p
                  join rollout_member m on m.rollout_id = p.rollout_id and p.id = coalesce(m.rollback_id, m.deployment_id)
                 where p.rollout_id = :id and <chosen>)
            select p.device_id, d.device_class, d.online, p.state, p.reason_code, p.reason, p.delta_outcome as delta,
                   p.delta_reason, p.fetched_bytes,
                   p.total_bytes, (p.self_test ->> 'accuracy')::double precision as self_test_accuracy,
                   (p.self_test ->> 'p50Micros')::double precision / 1000 as self_test_p50_millis,
                   v.probe_accuracy, v.sha256 as variant_sha256, p.state_at
              from (select * from parts
                     where coalesce((rank, device_id) > (select rank, device_id from parts where device_id = :after), true)
                     order by rank, device_id limit :limit) p
              join device d on d.device_id = p.device_id join variant v on v.job_id = p.variant_job_id
             order by p.rank, p.device_id
            """;

    private static final String HISTORY = """
            select at, actor, action, from_state, from_stage, from_phase, to_state, to_stage, to_phase, reason
              from rollout_event where rollout_id = :id order by id desc limit :limit
            """;

    private static final String STAGES = """
            select (t.place - 1)::integer as stage, t.spec ->> 'name' as name,
                   case when t.spec ->> 'percent' is not null
                             then 'up to ' || (t.spec ->> 'percent')::double precision || ' % of the fleet'
                        when t.spec ->> 'devices' is not null then (t.spec ->> 'devices') || ' devices'
                        when t.spec ->> 'query' is not null then t.spec ->> 'query'
                        else (select string_agg(key || ' = ' || value, ', ') from jsonb_each_text(t.spec -> 'labels'))
                   end as takes,
                   t.spec ->> 'soak' as soak, coalesce((t.spec ->> 'approval')::boolean, false) as approval,
                   jsonb_typeof(t.spec -> 'gates') is not distinct from 'object' as gated, s.opened_at, s.verdict, c.*
              from rollout r
              cross join lateral jsonb_array_elements(r.strategy -> 'stages') with ordinality t (spec, place)
              left join rollout_stage s on s.rollout_id = r.id and s.stage = t.place - 1
              cross join lateral (select count(*) as devices,
                       count(*) filter (where d.state = 'ACTIVE') as active,
                       count(*) filter (where d.finished_at is null
                           and d.state not in ('PENDING', 'PUBLISHED')) as updating,
                       count(*) filter (where d.id is null or d.state in ('PENDING', 'PUBLISHED')) as pending,
                       count(*) filter (where d.finished_at is not null and d.state <> 'ACTIVE') as failed
                  from rollout_member m left join deployment d on d.rollout_id = m.rollout_id and d.id = m.deployment_id
                 where m.rollout_id = r.id and m.stage = t.place - 1) c
             where r.id = :id order by t.place
            """;

    private static final String FINDINGS = """
            select s.stage, f.* from rollout_stage s
              cross join lateral jsonb_to_recordset(s.findings)
                  f (gate text, subject text, verdict text, evidence text)
             where s.rollout_id = :id order by s.stage
            """;

    private final ConsoleDatabase database;

    RolloutQueries(ConsoleDatabase database) {
        this.database = database;
    }

    /** Columns that the list can be sorted by, and what they are in SQL. */
    static final Map<String, String> COLUMNS = Map.of(
            "rollout", "lower(r.model_name), r.model_version",
            "fleet", "lower(r.fleet)",
            "state", "r.state",
            "started", "r.created_at");

    /** Rollouts that match, in any order. */
    List<RolloutRow> sorted(SqlFilter filter, Sorting sorting, int limit) {
        String direction = sorting.descending() ? " desc" : " asc";
        String by = COLUMNS.getOrDefault(sorting.column(), "r.created_at").replace(",", direction + ",") + direction;
        return database.read(handle -> rows(rows(handle, filter.condition(), by + ", r.id desc")
                .bindMap(filter.values())
                .bind("limit", limit)));
    }

    /** The newest rollouts that match, older than the one of id {@code before}, if that is not empty. */
    List<RolloutRow> list(SqlFilter filter, Optional<UUID> before, int limit) {
        String older = " and (cast(:before as uuid) is null or (r.created_at, r.id) <"
                + " (select b.created_at, b.id from rollout b where b.id = :before))";
        return database.read(handle -> rows(rows(handle, filter.condition() + older, NEWEST_FIRST)
                .bindMap(filter.values())
                .bind("before", before)
                .bind("limit", limit)));
    }

    public List<RolloutRow> ofFleet(String fleet, int limit) {
        return database.read(handle -> rows(rows(handle, "r.fleet = :fleet", NEWEST_FIRST)
                .bind("fleet", fleet)
                .bind("limit", limit)));
    }

    /** Those that are not over. */
    public List<RolloutRow> open() {
        return database.read(handle ->
                rows(rows(handle, "r.finished_at is null", NEWEST_FIRST).bind("limit", OPEN)));
    }

    Optional<RolloutRow> rollout(UUID id) {
        return database.read(handle ->
                rows(rows(handle, "r.id = :id", NEWEST_FIRST).bind("id", id).bind("limit", 1)).stream()
                        .findFirst());
    }

    private static Query rows(Handle handle, String which, String order) {
        return handle.createQuery(ROWS)
                .define("which", which)
                .define("order", order)
                .define("counts", COUNTS);
    }

    private static List<RolloutRow> rows(Query query) {
        return query.map(ConstructorMapper.of(RolloutRow.class)).list();
    }

    /** Every stage, in order. */
    List<StageRow> stages(UUID rollout) {
        return database.read(handle -> handle.createQuery(STAGES)
                .bind("id", rollout)
                .map(ConstructorMapper.of(StageRow.class))
                .list());
    }

    /** What the gates of all stages said last. */
    List<FindingRow> findings(UUID rollout) {
        return database.read(handle -> handle.createQuery(FINDINGS)
                .bind("id", rollout)
                .map(ConstructorMapper.of(FindingRow.class))
                .list());
    }

    /** The newest moves first. */
    List<HistoryRow> history(UUID rollout, int limit) {
        return database.read(handle -> handle.createQuery(HISTORY)
                .bind("id", rollout)
                .bind("limit", limit)
                .map(ConstructorMapper.of(HistoryRow.class))
                .list());
    }

    /** What failed first, then what is under way, then what is done. */
    List<DeploymentRow> deployments(UUID rollout, DeploymentChoice choice, int limit) {
        return database.read(handle -> handle.createQuery(DEPLOYMENTS)
                .define("rank", DeploymentGroup.rank("p.state"))
                .define(
                        "chosen",
                        choice.group().map(group -> group.holds("p.state")).orElse("true"))
                .bind("id", rollout)
                .bind("after", choice.after())
                .bind("limit", limit)
                .map(ConstructorMapper.of(DeploymentRow.class))
                .list());
    }
}
