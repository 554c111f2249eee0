package io.quantfleet.controlplane.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonFaultTest {
    private static final JsonMapper JSON =
            JsonMapper.builder().addModule(new JavaTimeModule()).build();

    private record Stage(int devices, double percent, Duration soak, Instant startAt, TimeUnit unit) {}

    private record Plan(String name, List<Stage> stages) {}

    private static String fault(String json) {
        return JsonFault.describe(
                catchThrowableOfType(JsonProcessingException.class, () -> JSON.readValue(json, Plan.class)));
    }

    @Test
    void namesAFieldThatThereIsNotAndThoseThatThereAre() {
        assertThat(fault("{'stages': [{'devices': 1}, {'divices': 1}]}".replace('\'', '"')))
                .isEqualTo("there is no field 'stages[1].divices';"
                        + " there may be devices, percent, soak, startAt, unit");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            devices | "many"      | 'stages[0].devices' is 'many'; it is a whole number
            percent | "all"       | 'stages[0].percent' is 'all'; it is a number
            soak    | "10 min"    | 'stages[0].soak' is '10 min'; it is a duration such as PT10M
            startAt | "noon"      | 'stages[0].startAt' is 'noon'; it is a time such as 2026-01-31T12:00:00Z
            devices | [1]         | 'stages[0].devices' is not of the type that belongs there; the API's description has it
            """, quoteCharacter = '`')
    void saysWhatAFieldShouldBe(String field, String value, String fault) {
        assertThat(fault("{\"stages\": [{\"" + field + "\": " + value + "}]}")).isEqualTo(fault);
    }

    @Test
    void listsTheWordsThatMayStandThere() {
        assertThat(fault("{\"stages\": [{\"unit\": \"WEEKS\"}]}"))
                .startsWith("'stages[0].unit' is 'WEEKS'; it is one of DAYS, HOURS");
    }

    @Test
    void pointsAtTheCharacterThatIsNoJson() {
        assertThat(fault("{\"name\":\n !}")).startsWith("it is not JSON: ").endsWith("(line 2, column 2)");
    }

    @Test
    void namesNoClasses() {
        assertThat(fault("[]")).doesNotContain("io.quantfleet");
        assertThat(fault("")).doesNotContain("io.quantfleet");
    }
}
