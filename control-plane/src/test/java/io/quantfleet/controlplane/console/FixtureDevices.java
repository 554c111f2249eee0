package io.quantfleet.controlplane.console;

import static io.quantfleet.controlplane.console.ConsoleFixture.at;
import static io.quantfleet.controlplane.console.ConsoleFixture.sha256;
import static io.quantfleet.controlplane.console.ConsoleFixture.uuid;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Devices and rollouts of {@link ConsoleFixture}. */
final class FixtureDevices {
    /** How the sixteen devices of the press line stand in the rollout that is under way. */
    private static final List<String> STATES = List.of(
            "ACTIVE",
            "ACTIVE",
            "ACTIVE",
            "ACTIVE",
            "ACTIVE",
            "ACTIVE",
            "ACTIVE",
            "SELF_TESTING",
            "FETCHING",
            "FETCHING",
            "FETCHING",
            "VERIFYING",
            "PUBLISHED",
            "PUBLISHED",
            "REVERTED",
            "OFFLINE");

    private FixtureDevices() {}

    static String id(int i) {
        return String.format(Locale.ROOT, i < 16 ? "press-cam-%02d" : "scanner-%02d", i < 16 ? i + 1 : i - 15);
    }

    static String deviceClass(int i) {
        return i < 16
                ? ConsoleFixture.CLASSES.get(i % 4 == 3 ? 2 : i % 3 == 1 ? 1 : 0)
                : i % 2 == 0 ? "phone-npu" : "rpi-cpu";
    }

    static String fleet(int i) {
        return i < 16 ? "press-line" : "warehouse";
    }

    /** The version of "glyphs" that device {@code i} serves. */
    static int version(int i) {
        return i < 7 ? 2 : 1;
    }

    private static final String STRATEGY = """
            {"stages": [{"name": "canary", "percent": 20, "soak": "PT10M",
              "gates": {"installed": {"minShare": 0.9}}}, {"name": "all", "percent": 100}]}""";

    private static final String FINDINGS = """
            [{"gate": "installed", "subject": "", "verdict": "HOLD",
              "evidence": "9 of 16 devices serve the variant and 1 failed; 15 must serve it"}]""";

    static void insert(Handle handle, Instant now) {
        rollout(
                handle,
                ConsoleFixture.FINISHED_ROLLOUT,
                "press-line",
                "glyphs",
                1,
                "FINISHED",
                at(now, 12_900),
                at(now, 12_893));
        rollout(
                handle,
                ConsoleFixture.FAILED_ROLLOUT,
                "warehouse",
                "glyphs",
                1,
                "FINISHED",
                at(now, 3_000),
                at(now, 2_991));
        rollout(handle, ConsoleFixture.RUNNING_ROLLOUT, "press-line", "glyphs", 2, "RUNNING", at(now, 3), null);
        history(handle);
        for (int i = 0; i < 24; i++) {
            String state = i < 16 ? STATES.get(i) : i == 20 ? "OFFLINE" : "ACTIVE";
            device(handle, now, i, state);
            boolean first = i < 16;
            deployment(
                    handle,
                    now,
                    i,
                    first ? ConsoleFixture.FINISHED_ROLLOUT : ConsoleFixture.FAILED_ROLLOUT,
                    1,
                    i == 23 ? "REVERTED" : "ACTIVE",
                    first ? 12_894 : 2_993);
            if (first) {
                deployment(
                        handle,
                        now,
                        i,
                        ConsoleFixture.RUNNING_ROLLOUT,
                        2,
                        state.equals("OFFLINE") ? "PUBLISHED" : state,
                        1);
            }
        }
    }

    private static void history(Handle handle) {
        handle.execute(
                "insert into rollout_event (rollout_id, at, actor, action, to_state, to_stage, to_phase, reason)"
                        + " select id, created_at, 'ann', 'create', 'RUNNING', 0, 'OPENING', 'the morning''s shift' from rollout");
        handle.execute(
                "insert into rollout_event (rollout_id, at, actor, action, from_state, from_stage, from_phase,"
                        + " to_state, to_stage, to_phase) select id, created_at + (finished_at - created_at) / 2, 'control-plane',"
                        + " 'advance', 'RUNNING', 0, 'JUDGING', 'RUNNING', 1, 'OPENING' from rollout where finished_at is not null");
        handle.execute("insert into rollout_event (rollout_id, at, actor, action, from_state, from_stage, from_phase,"
                + " to_state) select id, finished_at, 'control-plane', 'finish', 'RUNNING', 1, 'JUDGING', 'FINISHED'"
                + " from rollout where finished_at is not null");
    }

    private static void rollout(
            Handle handle,
            UUID id,
            String fleet,
            String model,
            int version,
            String state,
            Object created,
            Object finished) {
        handle.execute(
                "insert into rollout (id, fleet, model_name, model_version, strategy, state, stage, phase, since,"
                        + " created_at, finished_at)"
                        + " values (?, ?, ?, ?, ?::jsonb, ?, 0, 'OPENING', ?, ?, ?)",
                id,
                fleet,
                model,
                version,
                STRATEGY,
                state,
                created,
                created,
                finished);
        handle.execute(
                "insert into rollout_stage (rollout_id, stage, opened_at, judged_at, verdict, findings)"
                        + " values (?, 0, ?, ?, 'HOLD', ?::jsonb)",
                id,
                created,
                created,
                FINDINGS);
    }

    private static void device(Handle handle, Instant now, int i, String state) {
        boolean online = !state.equals("OFFLINE");
        String reported = state.equals("OFFLINE") || state.equals("PUBLISHED") ? "ACTIVE" : state;
        boolean reverted = state.equals("REVERTED");
        handle.execute(
                "insert into device (device_id, device_class, fleet, labels, token_hash, enrolled_at, last_sequence,"
                        + " agent_version, online, presence_at, state, report_number, reason_code, reason, fetched_bytes,"
                        + " total_bytes, active_variant_sha256, active_model_name, active_model_version, last_seen)"
                        + " values (?, ?, ?, ?::jsonb, ?, ?, 2, '0.1.0', ?, ?, ?, 41, ?, ?, ?, 189000, ?, 'glyphs', ?, ?)",
                id(i),
                deviceClass(i),
                fleet(i),
                i < 16 ? "{\"hall\": \"2\", \"press\": \"" + (i / 4 + 1) + "\"}" : "{}",
                ConsoleFixture.token(),
                at(now, 12_960 - i),
                online,
                // Whoever was not heard of since the control plane started counts as away after a while.
                at(now, online ? 0 : 38 + i),
                reported,
                reverted ? "SELF_TEST_FAILED" : null,
                reverted ? "accuracy 71.00 % on 100 probe samples, at least 95.00 % expected" : null,
                reported.equals("FETCHING") ? 40_000 + 9_000 * i : 189_000,
                sha256("glyphs" + version(i) + deviceClass(i)),
                version(i),
                online ? now.minusSeconds(4 + i).atOffset(java.time.ZoneOffset.UTC) : at(now, 38 + i));
        event(handle, i, at(now, 12_960 - i), "ENROLLED", null, null, null, null);
        event(handle, i, at(now, 12_959 - i), "ONLINE", null, null, null, null);
        if (!online) {
            event(handle, i, at(now, 38 + i), "OFFLINE", null, null, null, null);
        }
    }

    private static void deployment(
            Handle handle, Instant now, int i, UUID rollout, int version, String state, long minutesAgo) {
        UUID id = uuid(rollout + id(i));
        boolean over = List.of("ACTIVE", "REVERTED").contains(state);
        boolean bad = state.equals("REVERTED");
        long fetched =
                switch (state) {
                    case "PUBLISHED" -> 0;
                    case "FETCHING" -> 40_000 + 9_000L * i;
                    default -> 189_000;
                };
        String selfTest = over
                ? String.format(
                        Locale.ROOT,
                        "{\"samples\": 100, \"accuracy\": %f, \"p50Micros\": %d, \"p95Micros\": %d}",
                        bad ? 0.71 : 0.96 + (i % 3) * 0.01,
                        2_100 + 130 * (i % 5),
                        3_000 + 170 * (i % 5))
                : null;
        handle.execute(
                "insert into deployment (id, rollout_id, device_id, variant_job_id, sequence, manifest, issued_at,"
                        + " expires_at, published_at, state, reason_code, reason, fetched_bytes, total_bytes, self_test,"
                        + " state_at, finished_at) values (?, ?, ?, ?, ?, '\\x00', ?, ?, ?, ?, ?, ?, ?, 189000, ?::jsonb, ?, ?)",
                id,
                rollout,
                id(i),
                uuid("glyphs" + version + deviceClass(i)),
                version,
                at(now, minutesAgo + 2),
                at(now, -40_000),
                at(now, minutesAgo + 2),
                state,
                bad ? "SELF_TEST_FAILED" : null,
                bad ? "accuracy 71.00 % on 100 probe samples, at least 95.00 % expected" : null,
                fetched,
                selfTest,
                at(now, minutesAgo),
                over ? at(now, minutesAgo) : null);
        handle.execute(
                "insert into rollout_member (rollout_id, device_id, stage, deployment_id) values (?, ?, 0, ?)",
                rollout,
                id(i),
                id);
        event(handle, i, at(now, minutesAgo + 2), "DEPLOYED", null, id, null, null);
        if (over) {
            for (String step : List.of("FETCHING", "VERIFYING", "SELF_TESTING")) {
                event(handle, i, at(now, minutesAgo + 1), "STATE", step, id, null, null);
            }
            event(
                    handle,
                    i,
                    at(now, minutesAgo),
                    "STATE",
                    state,
                    id,
                    bad ? "SELF_TEST_FAILED" : null,
                    bad ? "accuracy 71.00 % on 100 probe samples, at least 95.00 % expected" : null);
        } else if (!state.equals("PUBLISHED")) {
            event(handle, i, at(now, minutesAgo), "STATE", state, id, null, null);
        }
    }

    private static void event(
            Handle handle, int i, Object at, String kind, String state, UUID deployment, String code, String reason) {
        handle.execute(
                "insert into device_event (device_id, at, kind, state, deployment_id, reason_code, reason)"
                        + " values (?, ?, ?, ?, ?, ?, ?)",
                id(i),
                at,
                kind,
                state,
                deployment,
                code,
                reason);
    }
}
