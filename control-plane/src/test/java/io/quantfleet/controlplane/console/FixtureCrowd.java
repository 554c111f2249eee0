package io.quantfleet.controlplane.console;

/**
 * Many devices beside those of {@link ConsoleFixture}: ten fleets, a fleet by query that has them all, a finished rollout to
 * each, and a day of roll-ups by minute and by hour for all of them.
 */
final class FixtureCrowd {
    /** Of the fleet that has them all. */
    static final String ROLLOUT = "0c3f4b52-7d0e-4c5e-9f65-2f6f0a7b2000";

    private FixtureCrowd() {}

    static void insert(ConsoleFixture fixture, int devices) {
        fixture.run(
                "insert into fleet select 'site-' || n, 'Cameras of site ' || n, now() from generate_series(0, 9) n");
        fixture.run("insert into fleet (name, created_at, query, refreshed_at)"
                + " values ('everything', now(), 'id like crowd-*', now() + interval '1 hour')");
        fixture.run("""
                insert into device (device_id, device_class, fleet, labels, token_hash, enrolled_at, agent_version, online,
                    presence_at, state, active_variant_sha256, active_model_name, active_model_version, last_seen)
                select 'crowd-' || lpad(cast(n as text), 5, '0'), v.device_class, 'site-' || n % 10,
                    jsonb_build_object('site', 's' || n % 10), t.token_hash, now() - interval '1 day', '1.0.' || n % 4,
                    n % 50 <> 0, now(), case when n % 200 = 0 then 'REVERTED' else 'ACTIVE' end, v.sha256, 'glyphs', 1,
                    now() - n * interval '10 ms'
                from generate_series(1, ?) n
                cross join (select token_hash from enrolment_token limit 1) t
                join (select *, row_number() over (order by device_class) - 1 as k
                      from variant where model_name = 'glyphs' and model_version = 1) v on v.k = n % 3""", devices);
        fixture.run(
                "insert into fleet_query_member select 'everything', device_id from device where device_id like 'crowd-%'");
        fixture.run("""
                insert into device_telemetry
                select d.device_id, d.active_variant_sha256, 100, t.latency_histogram, t.p50_micros + length(d.device_id) * 7,
                    t.p95_micros, 1000, 960, 40, 0, now()
                from device d cross join (select * from device_telemetry limit 1) t
                where d.device_id like 'crowd-%'""");
        fixture.run("""
                insert into rollout (id, fleet, model_name, model_version, strategy, state, created_at, began_at, finished_at)
                select cast('0c3f4b52-7d0e-4c5e-9f65-2f6f0a7b2' || lpad(cast(n as text), 3, '0') as uuid),
                    case n when 0 then 'everything' else 'site-' || n - 1 end, 'glyphs', 1,
                    '{"stages": [{"name": "all", "percent": 100}]}', 'FINISHED', now() - n * interval '1 hour',
                    now() - n * interval '1 hour', now() - n * interval '1 hour' + interval '5 min'
                from generate_series(0, 10) n""");
        fixture.run("""
                insert into rollout_variant select r.id, v.device_class, v.job_id from rollout r
                join variant v on v.model_name = 'glyphs' and v.model_version = 1
                where cast(r.id as text) like '%7b2___' on conflict do nothing""");
        fixture.run("""
                insert into deployment (id, rollout_id, device_id, variant_job_id, sequence, manifest, issued_at, expires_at,
                    published_at, state, fetched_bytes, total_bytes, state_at, finished_at)
                select cast(md5(cast(r.id as text) || d.device_id) as uuid), r.id, d.device_id, t.job_id,
                    case r.fleet when 'everything' then 2 else 1 end, '\\x00', r.created_at, r.created_at + interval '30 days',
                    r.created_at, 'ACTIVE', 189000, 189000, r.finished_at, r.finished_at
                from rollout r join fleet_device f on f.fleet = r.fleet join device d on d.device_id = f.device_id
                join rollout_variant t on t.rollout_id = r.id and t.device_class = d.device_class
                where cast(r.id as text) like '%7b2___'""");
        fixture.runBesideTheEngine("insert into rollout_member (rollout_id, device_id, stage, deployment_id)"
                + " select rollout_id, device_id, 0, id from deployment where device_id like 'crowd-%'");
        fixture.run("""
                insert into device_event (device_id, at, kind, state, deployment_id)
                select device_id, state_at, 'STATE', s, id from deployment
                cross join unnest(array['FETCHING', 'VERIFYING', 'SELF_TESTING', 'ACTIVE']) s
                where device_id like 'crowd-%'""");
        fixture.run("""
                insert into telemetry_minute
                select m.minute - k * interval '2 hours', f.name, m.device_class, m.variant_sha256, m.model_name,
                    m.model_version, m.windows, m.latency_histogram, m.p50_micros, m.p95_micros, m.inferences,
                    m.right_answers, m.wrong_answers, m.errors
                from telemetry_minute m cross join fleet f cross join generate_series(0, 11) k
                where m.fleet = 'press-line' and f.name like 'site-%'
                on conflict do nothing""");
        fixture.run("""
                insert into telemetry_hour
                select date_trunc('hour', minute, 'UTC'), fleet, device_class, variant_sha256, min(model_name),
                    min(model_version), sum(windows), (array_agg(latency_histogram))[1], avg(p50_micros), avg(p95_micros),
                    sum(inferences), sum(right_answers), sum(wrong_answers), sum(errors)
                from telemetry_minute group by 1, 2, 3, 4 on conflict do nothing""");
        fixture.run("analyze");
    }
}
