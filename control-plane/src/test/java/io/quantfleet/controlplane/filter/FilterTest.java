package io.quantfleet.controlplane.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The language in memory, on subjects made for it. */
class FilterTest {
    private static final Instant NOW = Instant.parse("2026-11-26T10:00:00Z");
    private static final Thing BERLIN = new Thing(
            "cam-17",
            "1.10.0",
            Optional.of(3),
            true,
            NOW.minus(Duration.ofMinutes(5)),
            Map.of("site", "berlin", "a b", "x"));

    private static final FilterFields<Thing> FIELDS = FilterFields.withLabels(
            List.of(
                    Field.of("id", ValueType.text(), "t.id", Thing::id),
                    Field.version("agent", "t.agent", Thing::agent),
                    Field.optional("version", ValueType.whole(), "t.version", Thing::version),
                    Field.of("online", ValueType.flag(), "t.online", Thing::online),
                    Field.of("state", ValueType.oneOf(List.of("IDLE", "ACTIVE")), "t.state", thing -> "ACTIVE"),
                    Field.of("lastSeen", ValueType.age(), "t.seen", Thing::seen)),
            "t.labels",
            Thing::labels);

    record Thing(
            String id,
            String agent,
            Optional<Integer> version,
            boolean online,
            Instant seen,
            Map<String, String> labels) {}

    private static boolean holds(String filter) {
        return FIELDS.read(filter, NOW).test(BERLIN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "   ",
                "id = cam-17",
                "id=cam-17",
                "id != cam-18",
                "id = 'cam-17'",
                "id = \"cam-17\"",
                "id in (cam-1, cam-17)",
                "id not in (cam-1, cam-2)",
                "id like cam-*",
                "id like cam-1?",
                "id not like *x*",
                "not id = cam-1",
                "not not id = cam-17",
                "id = cam-17 and online = true",
                "id = nope or online = TRUE",
                "(id = nope or id = cam-17) and version = 3",
                "id = cam-17 AND NOT (version < 3 OR version > 3)",
                "version >= 3",
                "version <= 3",
                "agent = v1.10",
                "agent > 1.9.3",
                "agent < 1.11",
                "agent > 1.10.0-rc.1",
                "state = active",
                "state != IDLE",
                "label.site in (berlin, lyon)",
                "label.site = berlin",
                "label.missing != berlin",
                "not label.missing = berlin",
                "label.\"a b\" = x",
                "LABEL.'site' = berlin",
                "lastSeen < 6m",
                "lastSeen > 299s",
                "lastSeen >= 5m and lastSeen <= 5m",
                "not lastSeen > 1h",
                "id = cam-17\n  and\tonline = true"
            })
    void holdsFor(String filter) {
        assertThat(holds(filter)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "id = cam-1",
                "id = Cam-17",
                "id = nope and id = cam-17 or id = nope",
                "label.missing = berlin",
                "label.missing like *",
                "version < 3",
                "agent < 1.9",
                "online = false",
                "lastSeen > 1h",
                "not id like cam*",
                "not (id = cam-17 or id = nope)"
            })
    void doesNotHoldFor(String filter) {
        assertThat(holds(filter)).isFalse();
    }

    @Test
    void andBindsCloserThanOr() {
        assertThat(holds("id = cam-17 or id = nope and id = nope")).isTrue();
        assertThat(holds("(id = cam-17 or id = nope) and id = nope")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            id =                    | 5  | expected a value, but the filter ends here
            id                      | 3  | expected 'not', 'in', 'like' or a comparison (=, !=, <, <=, >, >=), but the filter ends here
            = cam                   | 1  | expected a field, as in 'class = rpi-cpu', or 'not', or '(', but found '='
            id = a b                | 8  | expected the end, 'and' or 'or', but found 'b'
            (id = a                 | 8  | expected ')', 'and' or 'or', but the filter ends here
            id = a)                 | 7  | expected the end, 'and' or 'or', but found ')'
            id in (a,)              | 10 | expected a value, but found ')'
            id in a                 | 7  | expected '(', but found 'a'
            id = a and              | 11 | expected a field, as in 'class = rpi-cpu', or 'not', or '(', but the filter ends here
            id = 'a                 | 6  | this quote is never closed
            id = a & online = true  | 8  | expected the end, 'and' or 'or', but found '&'
            id = é and § = a        | 12 | expected a field, as in 'class = rpi-cpu', or 'not', or '(', but found '§'
            name = a                | 1  | there is no field 'name'; there are id, agent, version, online, state, lastSeen and label.KEY
            id = a and label. = b   | 12 | there is no field 'label.'; there are id, agent, version, online, state, lastSeen and label.KEY
            id < a                  | 4  | 'id' can't be compared with '<', only with =, !=, in, like
            online > true           | 8  | 'online' can't be compared with '>', only with =, !=, in
            lastSeen = 1h           | 10 | 'lastSeen' can't be compared with '=', only with <, <=, >, >=
            lastSeen > yesterday    | 12 | 'lastSeen' is a duration: 90s, 15m, 1h, 7d or 2w, not 'yesterday'
            version < three         | 11 | 'version' is a whole number, not 'three'
            version < 99999999999   | 11 | 'version' is a whole number, not '99999999999'
            online = yes            | 10 | 'online' is true or false, not 'yes'
            state = asleep          | 9  | 'state' is one of ACTIVE, IDLE, not 'asleep'
            agent >= newest         | 10 | 'agent' is a version, as 1.2 or 1.2.0-rc.1, not 'newest'
            id = cam-*              | 6  | wildcards need 'like', as in 'id like cam-*'; quote the text if it means itself
            """)
    void pointsAtTheCharacter(String filter, int position, String message) {
        assertThatThrownBy(() -> FIELDS.read(filter, NOW)).isInstanceOfSatisfying(FilterException.class, e -> {
            assertThat(e).hasMessage("at character " + position + ": " + message);
            assertThat(e.position()).isEqualTo(position);
        });
    }

    @Test
    void countsCharactersNotUtf16Units() {
        assertThatThrownBy(() -> FIELDS.read("id = '\uD83D\uDE00' and x = 1", NOW))
                .hasMessageStartingWith("at character 14: ");
    }

    @Test
    void refusesControlCharacters() {
        assertThatThrownBy(() -> FIELDS.read("id = 'a\u0000'", NOW)).hasMessageContaining("control character");
    }

    @Test
    void refusesWhatIsTooLongOrNestedTooDeeply() {
        String deep = "(".repeat(FilterParsing.MAX_DEPTH + 1) + "id = a" + ")".repeat(FilterParsing.MAX_DEPTH + 1);
        String manyNots = "not ".repeat(FilterParsing.MAX_DEPTH + 1) + "id = a";
        String mixed = "not (".repeat(FilterParsing.MAX_DEPTH) + "id = a" + ")".repeat(FilterParsing.MAX_DEPTH);
        String longList = "id in (" + "a,".repeat(FilterParsing.MAX_VALUES) + "a)";

        assertThatThrownBy(() -> FIELDS.read(deep, NOW)).hasMessageContaining("nested too deeply");
        assertThatThrownBy(() -> FIELDS.read(manyNots, NOW)).hasMessageContaining("nested too deeply");
        assertThatThrownBy(() -> FIELDS.read(mixed, NOW)).hasMessageContaining("nested too deeply");
        assertThatThrownBy(() -> FIELDS.read(longList, NOW)).hasMessageContaining("names and values");
        assertThatThrownBy(() -> FIELDS.read("x".repeat(FilterParsing.MAX_LENGTH + 1), NOW))
                .hasMessageContaining("too long");
    }

    @Test
    void asDeepAsIsAllowedIsRead() {
        String deep = "(".repeat(FilterParsing.MAX_DEPTH) + "id = cam-17" + ")".repeat(FilterParsing.MAX_DEPTH);

        assertThat(holds(deep)).isTrue();
    }

    @Test
    void valuesNeverBecomeSql() {
        SqlFilter sql = SqlFilter.of(FIELDS.read("id = \"x' or '1'='1\" and label.\"k'\" in ('v\"', w)", NOW));

        assertThat(sql.condition())
                .isEqualTo("(t.id = :filter0 and (t.labels @> cast(:filter1 as jsonb)"
                        + " or t.labels @> cast(:filter2 as jsonb)))");
        assertThat(sql.values()).containsEntry("filter0", "x' or '1'='1");
        assertThat(sql.values()).containsEntry("filter1", "{\"k'\":\"v\\\"\"}");
    }

    @Test
    void negationsReachTheComparisonsSoThatIndexesServeTheRest() {
        SqlFilter sql = SqlFilter.of(FIELDS.read("not (id = a or not version < 3) and id != b", NOW));

        assertThat(sql.condition())
                .isEqualTo(
                        "(((t.id = :filter0) is not true and t.version < :filter1) and (t.id = :filter2) is not true)");
    }

    @Test
    void knowsWhatItAsksAbout() {
        Filter<Thing> filter = FIELDS.read("not (id = a or version < 3)", NOW);

        assertThat(filter.mentions("version")).isTrue();
        assertThat(filter.mentions("agent")).isFalse();
    }
}
