package io.quantfleet.controlplane.device;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quantfleet.controlplane.filter.Filter;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.controlplane.testing.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Filters on devices mean the same in memory and in PostgreSQL: random filters on random devices, a third of whose facts
 * are missing or strange.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeviceFilterIT {
    private static final long SEED = 20261126;
    private static final int DEVICES = 300;
    private static final int FILTERS = 600;
    private static final Instant NOW = Instant.parse("2026-11-26T10:00:00.123456Z");
    private static final List<String> AGENTS = List.of(
            "", "1.2.0", "1.2", "v1.10.0", "1.2.0-rc.2", "1.2.0-rc.10", "0.1.0-SNAPSHOT", "1.2.0+7", "dev", "2");
    private static final List<String> TEXTS = List.of(
            "berlin", "lyon", "Berlin", "a%b", "a_b", "axb", "it's", "back\\slash", "\uD83D\uDE00 b", "x\"y", "", " ");
    private static final List<String> PATTERNS =
            List.of("*", "b*", "*n", "a?b", "a%b", "?*", "*s*", "a_b", "back\\*", "");

    private final Random random = new Random(SEED);
    private final JdbiDevices devices = new JdbiDevices(new ObjectMapper());
    private TestDatabase postgres;
    private Database database;
    private List<DeviceView> all;

    @BeforeAll
    void fill() {
        postgres = TestDatabase.with(List.of("north", "south"), List.of("rpi-cpu", "gpu"));
        database = postgres.database();
        database.useTransaction(tx -> {
            IntStream.range(0, DEVICES).forEach(i -> tx.handle()
                    .createUpdate("""
                            insert into device (device_id, device_class, fleet, labels, registered_at, agent_version,
                                online, state, lifecycle, active_model_name, active_model_version, last_seen)
                            values (:id, :class, :fleet, cast(:labels as jsonb), :now, :agent, :online, :state,
                                'REGISTERED', :model, :version, :seen)""")
                    .bind("id", "cam-" + i)
                    .bind("class", one("rpi-cpu", "gpu"))
                    .bind("fleet", one("north", "south"))
                    .bind("labels", labels())
                    .bind("now", NOW)
                    .bind("agent", one(AGENTS))
                    .bind("online", random.nextBoolean())
                    .bind("state", one("IDLE", "ACTIVE", "REVERTED"))
                    .bind("model", maybe(() -> one("resnet20", "glyphs")))
                    .bind("version", maybe(() -> random.nextInt(5)))
                    .bind("seen", maybe(() -> NOW.minus(age(one("90s", "1h", "2d")))))
                    .execute());
        });
        all = select(Filter.everything());
    }

    @AfterAll
    void stop() {
        postgres.close();
    }

    @Test
    void selectTheSameInMemoryAndInPostgres() {
        int selective = 0;
        for (int i = 0; i < FILTERS; i++) {
            String text = filter(3);
            Filter<DeviceView> filter = DeviceFields.read(text, NOW);

            List<String> inMemory =
                    all.stream().filter(filter::test).map(DeviceView::deviceId).toList();

            assertThat(select(filter).stream().map(DeviceView::deviceId))
                    .as(text)
                    .containsExactlyElementsOf(inMemory);
            selective += !inMemory.isEmpty() && inMemory.size() < DEVICES ? 1 : 0;
        }
        assertThat(selective).as("filters that tell devices apart").isGreaterThan(FILTERS / 3);
    }

    @Test
    void versionsHaveTheSameKeyInMemoryAndInPostgres() {
        for (String operand : AGENTS) {
            for (String operator : List.of("=", "<", "<=", ">", ">=")) {
                if (!operand.isEmpty() && !operand.equals("dev")) {
                    Filter<DeviceView> filter = DeviceFields.read("agent " + operator + " '" + operand + "'", NOW);
                    assertThat(select(filter))
                            .as(operator + operand)
                            .containsExactlyElementsOf(
                                    all.stream().filter(filter::test).toList());
                }
            }
        }
    }

    @Test
    void countsByClassWhatItSelects() {
        Filter<DeviceView> filter = DeviceFields.read("online = true and lastSeen < 1d", NOW);

        Map<String, Long> counts = database.inTransaction(tx -> devices.countByClass(tx, filter));

        assertThat(counts)
                .isEqualTo(all.stream()
                        .filter(filter::test)
                        .collect(Collectors.groupingBy(DeviceView::deviceClass, Collectors.counting())));
    }

    private List<DeviceView> select(Filter<DeviceView> filter) {
        return database.inTransaction(tx -> devices.list(tx, filter, Optional.empty(), DEVICES + 1));
    }

    private String filter(int depth) {
        int choice = depth == 0 ? 0 : random.nextInt(5);
        return switch (choice) {
            case 1 -> "(" + filter(depth - 1) + " and " + filter(depth - 1) + ")";
            case 2 -> "(" + filter(depth - 1) + " or " + filter(depth - 1) + ")";
            case 3 -> "not " + "(" + filter(depth - 1) + ")";
            default -> comparison();
        };
    }

    private String comparison() {
        return switch (random.nextInt(9)) {
            case 0 -> "id " + one("=", "!=") + " cam-" + random.nextInt(DEVICES);
            case 1 -> "class " + one("= gpu", "!= gpu", "in (gpu, tpu)", "not in (gpu, rpi-cpu)", "like *i*");
            case 2 -> "agent " + one("=", "!=", "<", "<=", ">", ">=") + " " + one("1.2", "1.2.0-rc.9", "0.1", "v2");
            case 3 -> "model " + one("= resnet20", "!= resnet20", "like g*", "not like g*");
            case 4 ->
                one("version", "model.version") + " " + one("=", "!=", "<", "<=", ">", ">=") + " " + random.nextInt(5);
            case 5 -> "lastSeen " + one("<", "<=", ">", ">=") + " " + one("90s", "1h", "2d", "0s");
            case 6 -> "online " + one("=", "!=") + " " + one("true", "false");
            case 7 -> "state " + one("= ACTIVE", "!= idle", "in (IDLE, REVERTED)");
            default -> label();
        };
    }

    private String label() {
        String field = one("label.site", "label.\"odd key\"", "label.nowhere");
        return field + " "
                + one(
                        one("=", "!=") + " " + quoted(one(TEXTS)),
                        one("in", "not in") + " (" + quoted(one(TEXTS)) + ", " + quoted(one(TEXTS)) + ")",
                        one("like", "not like") + " " + quoted(one(PATTERNS)));
    }

    private String labels() {
        Map<String, String> labels = new HashMap<>();
        maybe(() -> labels.put("site", one(TEXTS)));
        maybe(() -> labels.put("odd key", one(TEXTS)));
        return new ObjectMapper().valueToTree(labels).toString();
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }

    private static Duration age(String text) {
        return Duration.parse((text.endsWith("d") ? "P" : "PT") + text.toUpperCase(java.util.Locale.ROOT));
    }

    private <T> Optional<T> maybe(java.util.function.Supplier<T> value) {
        return random.nextInt(3) == 0 ? Optional.empty() : Optional.ofNullable(value.get());
    }

    @SafeVarargs
    private <T> T one(T... of) {
        return of[random.nextInt(of.length)];
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }
}
