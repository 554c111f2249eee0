package io.quantfleet.controlplane.console.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class DeviceFilterTest {
    @Test
    void sortsOnlyByColumnsThatThereAre() {
        assertThat(filter("p95", true).orderBy()).isEqualTo("p95_millis desc nulls last, device_id");
        assertThat(filter("1; drop table device", false).orderBy()).isEqualTo("device_id asc nulls last, device_id");
    }

    @Test
    void sortsVersionsOfAModelByTheirNumbers() {
        assertThat(filter("model", true).orderBy())
                .isEqualTo(
                        "active_model_name || lpad(cast(active_model_version as text), 10) desc nulls last, device_id");
    }

    @Test
    void aSecondClickTurnsTheOrder() {
        assertThat(filter("p95", false).sorting().sortedBy("p95")).isEqualTo("?dir=desc&q=a%20b&sort=p95");
        assertThat(filter("p95", true).sorting().sortedBy("p95")).isEqualTo("?q=a%20b&sort=p95");
        assertThat(filter("p95", true).sorting().sortedBy("fleet")).isEqualTo("?q=a%20b&sort=fleet");
        assertThat(filter("p95", true).sorting().ariaSort("p95")).isEqualTo("descending");
    }

    @Test
    void pagesKeepFilterAndOrder() {
        assertThat(filter("p95", true).sorting().behind("cam 7")).isEqualTo("?after=cam%207&dir=desc&q=a%20b&sort=p95");
    }

    private static DeviceFilter filter(String sort, boolean descending) {
        return new DeviceFilter("a b", "", "", "", "", sort, descending, "");
    }

    @Test
    void showsWhereAQueryGoesWrong() {
        DeviceFilter wrong = new DeviceFilter("", "class = gpu and site = x", "", "", "", "", false, "");

        assertThat(wrong.mistake(Instant.EPOCH)).hasValueSatisfying(mistake -> {
            assertThat(mistake.before()).isEqualTo("class = gpu and ");
            assertThat(mistake.from()).isEqualTo("site = x");
            assertThat(mistake.message()).contains("there is no field 'site'");
        });
    }

    @Test
    void hasWordsForWhatTheListShows() {
        DeviceFilter filter = new DeviceFilter("", "label.site = x", "a \"b\"", "gpu", "FAILED", "", false, "");

        assertThat(filter.asQuery())
                .isEqualTo("(label.site = x) and fleet = \"a \\\"b\\\"\" and class = \"gpu\""
                        + " and state in (REFUSED, REVERTED)");
        assertThat(new DeviceFilter("", "", "", "", "", "", false, "").asQuery())
                .isEqualTo("id like *");
        assertThat(filter("", false).asQuery()).isEmpty();
    }
}
