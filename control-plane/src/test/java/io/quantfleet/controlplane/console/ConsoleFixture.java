package io.quantfleet.controlplane.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jdbi.v3.postgres.PostgresPlugin;

/**
 * A control plane's database as it looks in the middle of a working day: two fleets of 24 devices in three classes, three
 * models, one rollout under way, two over, and two hours of telemetry. The same at every call but for the time.
 */
final class ConsoleFixture {
    static final List<String> CLASSES = List.of("rpi-cpu", "phone-npu", "gpu");
    static final UUID RUNNING_ROLLOUT = UUID.fromString("0c3f4b52-7d0e-4c5e-9f65-2f6f0a7b1c01");
    static final UUID FINISHED_ROLLOUT = UUID.fromString("0c3f4b52-7d0e-4c5e-9f65-2f6f0a7b1c02");
    static final UUID FAILED_ROLLOUT = UUID.fromString("0c3f4b52-7d0e-4c5e-9f65-2f6f0a7b1c03");
    private static final String TOKEN = "f".repeat(64);

    private static final String DEADLOCK = "40P01";
    private static final int ATTEMPTS = 5;

    private final Jdbi jdbi;
    private final Instant now = Instant.now();

    ConsoleFixture(DataSource dataSource) {
        this.jdbi = Jdbi.create(dataSource).installPlugin(new PostgresPlugin());
    }

    void empty() {
        for (int attempt = 1; !emptied(attempt == ATTEMPTS); attempt++) {
            // Whoever reads all tables at once may have taken them in another order.
        }
    }

    private boolean emptied(boolean last) {
        try {
            truncate();
            return true;
        } catch (UnableToExecuteStatementException e) {
            if (last
                    || !(e.getCause() instanceof SQLException sql)
                    || !sql.getSQLState().equals(DEADLOCK)) {
                throw e;
            }
            return false;
        }
    }

    private void truncate() {
        jdbi.useTransaction(handle -> {
            // Rollouts are being driven all the time, and whoever does takes these two first.
            handle.execute("lock table fleet, rollout in access exclusive mode");
            handle.execute(
                    "truncate fleet, enrolment_token, device, device_event,"
                            + " artifact, model, model_version, quantization_job, variant, rollout, deployment, telemetry_window,"
                            + " device_telemetry, telemetry_minute, telemetry_hour, telemetry_day, outbox, processed_event, audit_entry, alert, alert_rule, alert_receiver, alert_delivery cascade");
        });
    }

    void fill() {
        empty();
        jdbi.useTransaction(handle -> {
            registry(handle);
            FixtureModels.insert(handle, now);
            FixtureDevices.insert(handle, now);
            FixtureTelemetry.insert(handle, now, new Random(7));
            audit(handle);
            alerts(handle);
        });
    }

    void run(String sql, Object... arguments) {
        jdbi.useHandle(handle -> handle.execute(sql, arguments));
    }

    /** Runs a statement that refers to many rollouts while the engine, which locks them too, waits. */
    void runBesideTheEngine(String sql) {
        jdbi.useTransaction(handle -> {
            handle.execute("lock table rollout in exclusive mode");
            handle.execute(sql);
        });
    }

    /** Two roll-ups of one fleet: 900 inferences that took 1 ms each, and 100 that took 100 ms each. */
    void twoMinutesOfVeryDifferentLatency() {
        run("insert into fleet values ('mixed', '', now())");
        jdbi.useHandle(handle -> FixtureTelemetry.insert(
                handle,
                "mixed",
                new FixtureTelemetry.Minute(now.minusSeconds(120), 1_000, 900),
                new FixtureTelemetry.Minute(now.minusSeconds(60), 100_000, 100)));
    }

    static OffsetDateTime at(Instant now, long minutesAgo) {
        return now.minus(minutesAgo, ChronoUnit.MINUTES).atOffset(ZoneOffset.UTC);
    }

    /** A hash that is the same for the same text. */
    static String sha256(String of) {
        return io.quantfleet.protocols.Sha256.of(of.getBytes(StandardCharsets.UTF_8))
                .hex();
    }

    static UUID uuid(String of) {
        return UUID.nameUUIDFromBytes(of.getBytes(StandardCharsets.UTF_8));
    }

    private void registry(Handle handle) {
        for (String name : CLASSES) {
            handle.execute(
                    "insert into device_class values (?, ?, true, ?) on conflict do nothing",
                    name,
                    profile(name),
                    at(now, 60 * 24 * 12));
        }
        handle.execute(
                "insert into fleet values ('press-line', 'Cameras over the presses of hall 2', ?)", at(now, 17280));
        handle.execute("insert into fleet values ('warehouse', 'Parcel scanners', ?)", at(now, 11000));
        handle.execute(
                "insert into enrolment_token values (?, 'press-line', 'rpi-cpu', 100, 76, ?, ?)",
                TOKEN,
                at(now, 17000),
                at(now, -1000));
    }

    static String token() {
        return TOKEN;
    }

    private void alerts(Handle handle) {
        handle.execute(
                "insert into alert_receiver values ('on-call', 'WEBHOOK', 'https://hooks.example/quantfleet', 's', ?)",
                at(now, 5_000));
        handle.execute(
                "insert into alert_rule values ('accuracy-low', ?::jsonb, ?, ?)",
                "{\"name\": \"accuracy-low\", \"fleet\": \"press-line\", \"condition\": {\"kind\": \"THRESHOLD\", \"metric\":"
                        + " \"ACCURACY\", \"above\": false, \"value\": 0.97, \"over\": \"PT10M\"}, \"holdFor\": \"PT0S\","
                        + " \"clearFor\": \"PT2M\", \"severity\": \"critical\", \"receivers\": [\"on-call\"], \"enabled\": true}",
                at(now, 5_000),
                at(now, 5_000));
        rule(handle, "latency-budget", "", """
                {"kind": "BURN_RATE", "metric": "ERROR_SHARE", "objective": 0.999, "factor": 14.4, "longSpan": "PT1H",
                 "shortSpan": "PT5M"}""", true);
        rule(handle, "silent", "\"fleet\": \"warehouse\",", "{\"kind\": \"ABSENCE\", \"over\": \"PT30M\"}", false);
        handle.execute(
                "insert into alert (id, rule, fleet, severity, state, value, summary, since, fired_at, seen_at)"
                        + " values (?, 'accuracy-low', 'press-line', 'critical', 'FIRING', 0.9595,"
                        + " 'accuracy on the probe set below 0.97 over 10 min: 0.9595', ?, ?, ?)",
                uuid("firing"),
                at(now, 7),
                at(now, 7),
                at(now, 0));
        handle.execute(
                "insert into alert (id, rule, fleet, severity, state, value, summary, since, fired_at, resolved_at, seen_at)"
                        + " values (?, 'accuracy-low', 'press-line', 'critical', 'RESOLVED', 0.9712,"
                        + " 'accuracy on the probe set below 0.97 over 10 min: 0.9712', ?, ?, ?, ?)",
                uuid("resolved"),
                at(now, 3_007),
                at(now, 3_007),
                at(now, 2_950),
                at(now, 2_950));
    }

    private void rule(Handle handle, String name, String fleet, String condition, boolean enabled) {
        handle.execute(
                "insert into alert_rule values (?, ?::jsonb, ?, ?)",
                name,
                "{\"name\": \"" + name + "\"," + fleet + "\"condition\":" + condition + ", \"holdFor\": \"PT5M\","
                        + " \"clearFor\": \"PT2M\", \"severity\": \"warning\", \"receivers\": [], \"enabled\": "
                        + enabled
                        + "}",
                at(now, 300),
                at(now, 300));
    }

    private void audit(Handle handle) {
        entry(handle, 17_280, "ann", "create", "fleets", "press-line", 201, null);
        entry(handle, 190, "ci", "create", "models", "glyphs/versions/2", 201, null);
        entry(handle, 45, "Jörg", "create", "rollouts", RUNNING_ROLLOUT.toString(), 201, null);
        entry(handle, 30, "", "create", "fleets", "", 409, "NAME_TAKEN: there is a fleet 'press-line' already");
        entry(handle, 12, "ann", "pause", "rollouts", RUNNING_ROLLOUT.toString(), 200, null);
        entry(handle, 11, "ann", "resume", "rollouts", RUNNING_ROLLOUT.toString(), 200, null);
        entry(handle, 2, "ann", "decommission", "device-actions", "", null, null);
    }

    private void entry(
            Handle handle,
            long minutesAgo,
            String by,
            String action,
            String kind,
            String subject,
            Integer status,
            String refusal) {
        handle.execute(
                "insert into audit_entry (at, actor, method, path, kind, subject, action, details, status, refusal,"
                        + " finished_at) values (?, ?, 'POST', ?, ?, ?, ?, ?::jsonb, ?, ?, ?)",
                at(now, minutesAgo),
                by,
                "/api/v1/" + kind,
                kind,
                subject,
                action,
                "{\"reason\": \"the morning's shift\"}",
                status,
                refusal,
                status == null ? null : at(now, minutesAgo));
    }

    private static String profile(String name) {
        String path = "/io/quantfleet/protocols/device-classes/" + name + ".yaml";
        try (InputStream in = ConsoleFixture.class.getResourceAsStream(path)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
