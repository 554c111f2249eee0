package io.quantfleet.controlplane.console.overview;

import io.quantfleet.controlplane.console.ConsoleDatabase;
import io.quantfleet.controlplane.console.frame.Units;
import io.quantfleet.controlplane.console.telemetry.Figures;
import io.quantfleet.controlplane.console.telemetry.Measured;
import io.quantfleet.controlplane.console.telemetry.VariantKey;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

/** Reads totals and what needs attention. */
@Singleton
class OverviewQueries {
    /** Below this, accuracy says more about chance than about the model. */
    private static final int ENOUGH_LABELLED = 500;

    private static final String TOTALS = """
            select (select count(*) from fleet) as fleets,
                   count(*) as devices, count(*) filter (where online) as online,
                   count(*) filter (where active_variant_sha256 is not null) as serving,
                   count(*) filter (where state in ('REFUSED', 'REVERTED')) as failed,
                   (select count(*) from model) as models,
                   (select count(*) from variant where verdict = 'READY') as ready_variants,
                   (select count(*) from quantization_job where state in ('QUEUED', 'RUNNING')) as open_jobs,
                   (select count(*) from rollout where finished_at is null) as open_rollouts,
                   (select count(*) from device_class) as device_classes
              from device where lifecycle <> 'DECOMMISSIONED'
            """;

    private static final String ATTENTION = """
            with newest as (select model_name, max(version) as version from model_version group by model_name),
            failed as (
                select d.fleet, d.state, d.reason_code, count(*) as n, min(d.device_id) as device_id,
                       min(d.reason) as reason, max(d.last_seen) as since
                  from device d where lifecycle <> 'DECOMMISSIONED' and state in ('REFUSED', 'REVERTED') group by 1, 2, 3),
            offline as (
                select d.fleet, count(*) as n, min(d.device_id) as device_id,
                       max(coalesce(d.presence_at, d.last_seen)) as since
                  from device d where lifecycle = 'ENROLLED' and not d.online and d.state not in ('REFUSED', 'REVERTED')
                   and d.last_seen is not null group by 1),
            items as (
                select -1 as rank, a.state, a.rule || ': ' || a.fleet as subject, a.summary as text,
                       '/alerts?fleet=' || a.fleet as link, a.since as since
                  from alert a where a.state = 'FIRING'
                union all
                select 0, case when r.state = 'PAUSED' then r.state else r.phase end,
                       r.model_name || ' v' || r.model_version || ' → ' || r.fleet,
                       coalesce(r.reason, 'it waits for somebody'), '/rollouts/' || r.id, r.since
                  from rollout r where r.state = 'PAUSED' or (r.state = 'RUNNING' and r.phase = 'AWAITING_APPROVAL')
                union all
                select 1, f.state, case f.n when 1 then f.device_id else f.n || ' devices of ' || f.fleet end,
                       concat_ws(': ', f.reason_code, f.reason),
                       case f.n when 1 then '/devices/' || f.device_id else '/devices?state=FAILED&fleet=' || f.fleet end, f.since
                  from failed f
                union all
                select 1, r.state, r.model_name || ' v' || r.model_version || ' → ' || r.fleet, coalesce(r.reason, ''),
                       '/rollouts/' || r.id, r.finished_at
                  from rollout r where r.state = 'ROLLED_BACK' and r.finished_at > now() - interval '1 day'
                union all
                select 2, 'FAILED', j.model_name || ' v' || j.model_version || ' for ' || j.device_class,
                       concat_ws(': ', j.failure_code, j.failure),
                       '/models/' || j.model_name || '/versions/' || j.model_version, j.finished_at
                  from current_quantization_job j
                  join newest n on n.model_name = j.model_name and n.version = j.model_version
                 where j.state = 'FAILED'
                union all
                select 3, 'REJECTED', v.model_name || ' v' || v.model_version || ' for ' || v.device_class,
                       array_to_string(v.reasons, '; '),
                       '/models/' || v.model_name || '/versions/' || v.model_version, v.created_at
                  from variant v join current_quantization_job c on c.id = v.job_id
                  join newest n on n.model_name = v.model_name and n.version = v.model_version
                 where v.verdict = 'REJECTED'
                union all
                select 4, 'OFFLINE', case o.n when 1 then o.device_id else o.n || ' devices of ' || o.fleet end,
                       case o.n when 1 then 'in fleet ' || o.fleet else '' end,
                       case o.n when 1 then '/devices/' || o.device_id else '/devices?state=OFFLINE&fleet=' || o.fleet end, o.since
                  from offline o)
            select *, count(*) over () as total from items order by rank, since desc nulls last, subject limit :limit
            """;

    // A language model's budget is a rise of perplexity, which devices don't measure: next tokens as in a self-test.
    private static final int LANGUAGE_MODEL_POINTS = 2;

    private static final String BUDGETS = """
            select v.model_name, v.model_version, v.device_class, v.sha256, v.accuracy,
               coalesce(m.max_loss_points, %s) as max_loss_points from variant v
              join model_version m on m.model_name = v.model_name and m.version = v.model_version
             where v.sha256 in (<measured>)
            """.formatted(LANGUAGE_MODEL_POINTS);

    private final ConsoleDatabase database;

    OverviewQueries(ConsoleDatabase database) {
        this.database = database;
    }

    Totals totals() {
        return database.read(handle -> handle.createQuery(TOTALS)
                .map(ConstructorMapper.of(Totals.class))
                .one());
    }

    /** What fires first, then the worst; at most {@code limit} of each source. */
    List<Attention> attention(Measured lastHour, int limit) {
        List<Attention> items = new ArrayList<>(database.read(handle -> handle.createQuery(ATTENTION)
                .bind("limit", limit)
                .map(ConstructorMapper.of(Attention.class))
                .list()));
        List<Attention> inaccurate = inaccurate(lastHour);
        int firing = (int)
                items.stream().takeWhile(item -> item.state().equals("FIRING")).count();
        items.addAll(firing, inaccurate);
        return items;
    }

    /** Variants whose devices measure less accuracy than validation did, by more than their budget. */
    private List<Attention> inaccurate(Measured lastHour) {
        Map<VariantKey, Figures> labelled = new TreeMap<>(lastHour.byVariant());
        labelled.values().removeIf(figures -> figures.labelled() < ENOUGH_LABELLED);
        Map<VariantKey, Budget> budgets = budgets(labelled.keySet());
        List<Attention> items = new ArrayList<>();
        labelled.forEach((variant, figures) -> Optional.ofNullable(budgets.get(variant))
                .filter(budget -> figures.accuracy().orElse(1.0) < budget.accuracy() - budget.maxLossPoints() / 100)
                .map(budget -> new Attention(
                        "INACCURATE",
                        variant.modelName() + " v" + variant.modelVersion() + " on " + variant.deviceClass(),
                        Units.percent(figures.accuracy()) + " accuracy over the last hour, "
                                + Units.percent(budget.accuracy()) + " on the validation set",
                        "/telemetry?model=" + Units.url(variant.modelName()),
                        Optional.empty()))
                .ifPresent(items::add));
        return items;
    }

    private Map<VariantKey, Budget> budgets(Set<VariantKey> variants) {
        Map<VariantKey, Budget> budgets = new HashMap<>();
        if (!variants.isEmpty()) {
            List<String> hashes =
                    variants.stream().map(VariantKey::sha256).distinct().toList();
            database.read(handle -> handle.createQuery(BUDGETS)
                            .bindList("measured", hashes)
                            .map((row, context) -> Map.entry(
                                    new VariantKey(
                                            row.getString("model_name"),
                                            row.getInt("model_version"),
                                            row.getString("device_class"),
                                            row.getString("sha256")),
                                    new Budget(row.getDouble("accuracy"), row.getDouble("max_loss_points"))))
                            .list())
                    .forEach(found -> budgets.put(found.getKey(), found.getValue()));
        }
        return budgets;
    }

    /** What a variant reached on the validation set, and how much less is tolerated. */
    public record Budget(double accuracy, double maxLossPoints) {}
}
