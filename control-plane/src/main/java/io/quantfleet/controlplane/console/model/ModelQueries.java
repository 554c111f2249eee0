package io.quantfleet.controlplane.console.model;

import io.quantfleet.controlplane.console.ConsoleDatabase;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

/** Reads models, versions, jobs and variants. */
@Singleton
public class ModelQueries {
    private static final String LATEST = """
            select v.model_name as name, v.version, v.task, v.onnx_bytes, v.registered_at,
                   v.source, (select count(*) from device d where d.active_model_name = v.model_name) as devices
              from (select name from model m where (:search = '' or position(lower(:search) in lower(m.name)) > 0)
                       and m.name > :after order by m.name limit :limit) m
              join lateral (select * from model_version v where v.model_name = m.name
                             order by v.version desc limit 1) v on true
             order by 1
            """;

    private static final String VERSIONS = """
            select m.version, m.registered_at,
                   count(v.*) filter (where v.verdict = 'READY') as ready,
                   count(v.*) filter (where v.verdict = 'REJECTED') as rejected,
                   count(*) filter (where j.state = 'FAILED') as failed,
                   count(*) filter (where j.state in ('QUEUED', 'RUNNING')) as open,
                   (select count(*) from device d where d.active_model_name = m.model_name
                       and d.active_model_version = m.version) as devices
              from model_version m
              left join current_quantization_job j on j.model_name = m.model_name and j.model_version = m.version
              left join variant v on v.job_id = j.id
             where m.model_name = :name group by m.model_name, m.version order by m.version desc
            """;

    private static final String COLUMNS = """
            select j.id, j.model_name, j.device_class, j.rungs::text as rungs, j.training::text as training, coalesce(v.verdict, j.state) as state, j.step, j.progress, j.trains, j.worker,
                   j.failure_code, j.failure, j.started_at, coalesce(v.reasons, '{}') as reasons, v.sha256, v.bytes, v.report_page_sha256,
                   v.report ->> 'method' as method, v.accuracy_fp32, v.accuracy,
                   (v.report #>> '{accuracy,agreement}')::double precision as agreement,
                   (v.report #>> '{accuracy,samples}')::bigint as samples,
                   (v.report #>> '{accuracy,perplexity,fp32}')::double precision as perplexity_fp32,
                   (v.report #>> '{accuracy,perplexity,variant}')::double precision as perplexity,
                   (v.report #>> '{accuracy,perplexity,increasePercent}')::double precision as perplexity_increase,
                   (v.report #>> '{accuracy,divergence}')::double precision as divergence,
                   (v.report ->> 'sqnrDb')::double precision as sqnr_db,
                   (v.report #>> '{latencyMs,fp32,p50}')::double precision as fp32_p50,
                   (v.report #>> '{latencyMs,fp32,p95}')::double precision as fp32_p95,
                   (v.report #>> '{latencyMs,variant,p50}')::double precision as p50,
                   (v.report #>> '{latencyMs,variant,p95}')::double precision as p95,
                   (v.report #>> '{seconds,calibrate}')::double precision as calibrate_seconds,
                   (v.report #>> '{seconds,quantize}')::double precision as quantize_seconds,
                   (v.report #>> '{seconds,evaluate}')::double precision as evaluate_seconds,
                   (v.report ->> 'peakRssMiB')::double precision as peak_rss_mi_b,
                   (select count(*) from device d where d.active_variant_sha256 = v.sha256
                       and d.device_class = v.device_class) as devices
              from current_quantization_job j left join variant v on v.job_id = j.id
            """;

    private static final String LATEST_COLUMNS = COLUMNS + """
             where (j.model_name, j.model_version) in
                   (select model_name, max(version) from model_version where model_name = any(:names) group by model_name)
             order by j.model_name, j.device_class
            """;

    private static final String MEASURED = """
            select v.model_version as version, v.device_class, v.verdict, v.accuracy, v.bytes,
                   (v.report #>> '{latencyMs,variant,p50}')::double precision as p50
              from variant v join current_quantization_job j on j.id = v.job_id
             where v.model_name = :name and v.accuracy is not null
               and v.report #>> '{latencyMs,variant,p50}' is not null
             order by v.model_version desc, v.device_class limit :limit
            """;

    private static final String LINEAGE = """
            with chosen as materialized (
                     select * from rollout where model_name = :name and model_version = :version
                      order by created_at desc limit :limit),
                 taken as (
                     select m.rollout_id, d.device_class, d.active_variant_sha256, count(*) as n
                       from rollout_member m join device d on d.device_id = m.device_id
                      where m.rollout_id = any (array(select id from chosen)) group by 1, 2, 3)
            select v.device_class, v.sha256, r.id as rollout_id, r.fleet, r.state, r.created_at,
                   coalesce(sum(k.n), 0) as devices,
                   coalesce(sum(k.n) filter (where k.active_variant_sha256 = v.sha256), 0) as serving
              from chosen r join rollout_variant t on t.rollout_id = r.id join variant v on v.job_id = t.job_id
              left join taken k on k.rollout_id = r.id and k.device_class = v.device_class
             group by v.device_class, v.sha256, r.id, r.fleet, r.state, r.created_at
             order by v.device_class, r.created_at desc
            """;

    private static final String OPEN_JOBS = """
            select id, model_name, model_version, device_class, state, step, progress, trains, worker, queued_at, started_at
              from quantization_job where state in ('QUEUED', 'RUNNING')
             order by state = 'QUEUED', started_at, queued_at, device_class limit 50
            """;

    private final ConsoleDatabase database;

    ModelQueries(ConsoleDatabase database) {
        this.database = database;
    }

    /** At most {@code limit} models whose name has {@code search} in it, by their names, behind the name {@code after}. */
    List<ModelRow> list(String search, String after, int limit) {
        return database.read(handle -> handle.createQuery(LATEST)
                .bind("search", search)
                .bind("after", after)
                .bind("limit", limit)
                .map(ConstructorMapper.of(ModelRow.class))
                .list());
    }

    /** The variants of the newest versions of models, by the model's name. */
    Map<String, List<VariantColumn>> latestVariants(List<String> names) {
        return database.read(handle -> handle
                .createQuery(LATEST_COLUMNS)
                .bindArray("names", String.class, names)
                .map((row, context) -> Map.entry(
                        row.getString("model_name"),
                        ConstructorMapper.of(VariantColumn.class).map(row, context)))
                .stream()
                .collect(Collectors.groupingBy(
                        Map.Entry::getKey, Collectors.mapping(Map.Entry::getValue, Collectors.toList()))));
    }

    /** Newest first; none if there is no such model. */
    List<VersionRow> versions(String name) {
        return database.read(handle -> handle.createQuery(VERSIONS)
                .bind("name", name)
                .map(ConstructorMapper.of(VersionRow.class))
                .list());
    }

    Optional<VersionDetails> version(String name, int version) {
        return database.read(handle -> handle.createQuery(
                        "select * from model_version where model_name = :name and version = :version")
                .bind("name", name)
                .bind("version", version)
                .map(ConstructorMapper.of(VersionDetails.class))
                .findOne());
    }

    Comparison comparison(String name, int version) {
        return new Comparison(database.read(handle -> handle.createQuery(
                        COLUMNS + " where j.model_name = :name and j.model_version = :version order by j.device_class")
                .bind("name", name)
                .bind("version", version)
                .map(ConstructorMapper.of(VariantColumn.class))
                .list()));
    }

    /** The variants of all versions of a model that were measured, the newest version's first. */
    List<MeasuredVariant> measured(String name, int limit) {
        return database.read(handle -> handle.createQuery(MEASURED)
                .bind("name", name)
                .bind("limit", limit)
                .map(ConstructorMapper.of(MeasuredVariant.class))
                .list());
    }

    /** Where the newest rollouts took the variants of a version. */
    List<LineageRow> lineage(String name, int version, int rollouts) {
        return database.read(handle -> handle.createQuery(LINEAGE)
                .bind("name", name)
                .bind("version", version)
                .bind("limit", rollouts)
                .map(ConstructorMapper.of(LineageRow.class))
                .list());
    }

    /** What runs, then what waits. */
    public List<JobRow> openJobs() {
        return database.read(handle -> handle.createQuery(OPEN_JOBS)
                .map(ConstructorMapper.of(JobRow.class))
                .list());
    }
}
