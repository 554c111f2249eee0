package io.quantfleet.controlplane.console;

import static io.quantfleet.controlplane.testing.Patience.await;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;

import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.controlplane.testing.EmbeddedParts;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every page, on a database that is empty, full, or full of hostile text. */
@QuarkusTest
@WithTestResource(EmbeddedParts.class)
class ConsolePagesIT {
    private static final String HOSTILE = "<img src=x onerror=alert(1)>\"'&{page.now}";

    private static final List<String> ADDRESSES = List.of(
            "/",
            "/devices",
            "/devices?state=OFFLINE&sort=accuracy&dir=desc&after=scanner-01",
            "/devices?sort=nonsense&after=x&dir=y",
            "/devices/press-cam-05?span=24h",
            "/devices/press-cam-15",
            "/fleets",
            "/fleets/press-line",
            "/fleets?filter=name+like+press-*+and+devices+%3E+0",
            "/fleets?filter=nam",
            "/fleets?sort=p95&dir=desc&filter=devices+%3E+0",
            "/fleets?sort=serving&dir=sideways",
            "/models?sort=devices&dir=desc",
            "/rollouts?sort=state&dir=asc",
            "/rollouts?sort=rollout&dir=desc&filter=state+%3D+FINISHED",
            "/models",
            "/models?q=GLY&after=a",
            "/models?q=none",
            "/models/glyphs",
            "/models/resnet20-cifar10/versions/1",
            "/rollouts",
            "/rollouts/0c3f4b52-7d0e-4c5e-9f65-2f6f0a7b1c01",
            "/rollouts/0c3f4b52-7d0e-4c5e-9f65-2f6f0a7b1c03",
            "/telemetry",
            "/telemetry?fleet=warehouse&model=glyphs&span=6h",
            "/alerts",
            "/alerts/rules/accuracy-low",
            "/alerts/rules/latency-budget",
            "/alerts/rules/silent",
            "/alerts?fleet=press-line&before=0c3f4b52-7d0e-4c5e-9f65-2f6f0a7b1c01",
            "/audit",
            "/audit?filter=by+%3D+ann",
            "/audit?filter=by+%3D",
            "/rollouts?filter=fleet+%3D+press-line",
            "/rollouts?filter=flet",
            "/rollouts/new?what=glyphs/2&fleet=warehouse&pattern=once",
            "/device-classes/new?copy=gpu",
            "/device-classes/rpi-cpu/edit",
            "/device-classes",
            "/device-classes/rpi-cpu");

    @Inject
    DataSource dataSource;

    @Inject
    Database database;

    private ConsoleFixture fixture;

    @BeforeEach
    void schema() {
        await().until(database::isOpen);
        fixture = new ConsoleFixture(dataSource);
    }

    @AfterEach
    void leaveNothing() {
        fixture.empty();
    }

    @Test
    void fleetsModelsAndRolloutsSortByTheirColumnsAndSayHow() {
        fixture.fill();

        for (String path : List.of("/fleets?sort=devices", "/models?sort=registered", "/rollouts?sort=fleet")) {
            String upwards = page(path).statusCode(200).extract().asString();
            String downwards =
                    page(path + "&dir=desc").statusCode(200).extract().asString();

            assertThat(upwards).containsOnlyOnce("aria-sort=\"ascending\"");
            assertThat(downwards).containsOnlyOnce("aria-sort=\"descending\"");
            assertThat(rowHeadings(downwards)).hasSameElementsAs(rowHeadings(upwards));
        }
        assertThat(rowHeadings(page("/fleets?sort=devices").extract().asString()))
                .endsWith(rowHeadings(
                                page("/fleets?sort=devices&dir=desc").extract().asString())
                        .get(0));
    }

    private static List<String> rowHeadings(String html) {
        return Pattern.compile("<th scope=\"row\"><a href=\"([^\"]+)")
                .matcher(html)
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/", "/devices", "/fleets", "/models", "/rollouts", "/rollouts/new", "/telemetry", "/audit"})
    void saysWhatToDoWhereThereIsNothing(String path) {
        fixture.empty();

        page(path)
                .statusCode(200)
                .body(containsString("</html>"))
                .body(containsString("class=\"" + (path.equals("/") ? "welcome" : "empty")));
    }

    @Test
    void isAPageForEveryAddress() {
        fixture.fill();

        for (String path : ADDRESSES) {
            String html = page(path).statusCode(200).extract().asString();
            assertThat(html).as(path).contains("</html>").doesNotContain("NOT_FOUND");
        }
    }

    @Test
    void countsDevicesAndPutsWhatFailedFirst() {
        fixture.fill();

        String html = page("/").statusCode(200).extract().asString();

        assertThat(html)
                .contains("9 active, 5 updating, 1 offline, 1 failed", "7 active, 1 offline", "8 of 16 devices")
                .containsSubsequence(
                        "Reverted", "press-cam-15", "SELF_TEST_FAILED", "Rejected", "phone-npu", "Offline");
    }

    @Test
    void filtersAndSortsDevicesByTheUrl() {
        fixture.fill();

        String html = page("/devices?fleet=warehouse&q=SCANNER&sort=device&dir=desc")
                .statusCode(200)
                .extract()
                .asString();

        assertThat(html)
                .containsSubsequence("8 devices", "scanner-08", "scanner-01")
                .doesNotContain("press-cam");
        page("/devices?state=FAILED").body(containsString("1 device")).body(containsString("press-cam-15"));
        page("/devices?q=nothing-like-it").body(containsString("No device matches"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"device", "state", "model", "p95", "accuracy", "seen"})
    void goesThroughAllDevicesPageByPage(String sort) {
        fixture.fill();
        FixtureCrowd.insert(fixture, 230);
        for (String direction : new String[] {"asc", "desc"}) {
            List<String> seen = devicesOfAllPages("/devices", "?sort=" + sort + "&dir=" + direction);
            assertThat(seen).as("%s %s", sort, direction).hasSize(254).doesNotHaveDuplicates();
        }
    }

    @Test
    void goesThroughTheDevicesOfARolloutPageByPage() {
        fixture.fill();
        FixtureCrowd.insert(fixture, 230);
        String path = "/rollouts/" + FixtureCrowd.ROLLOUT;
        fixture.run("update deployment set state = 'REVERTED', reason_code = 'SELF_TEST_FAILED' where device_id in"
                + " ('crowd-00007', 'crowd-00123')");
        fixture.run("update deployment set state = 'FETCHING', finished_at = null where device_id = 'crowd-00200'");

        List<String> all = devicesOfAllPages(path, "");
        List<String> failed = devicesOfAllPages(path, "?state=FAILED");
        List<String> active = devicesOfAllPages(path, "?state=ACTIVE");

        assertThat(all).hasSize(230).doesNotHaveDuplicates().startsWith("crowd-00007", "crowd-00123", "crowd-00200");
        assertThat(failed).containsExactly("crowd-00007", "crowd-00123");
        assertThat(active).hasSize(227).doesNotHaveDuplicates().doesNotContain("crowd-00007", "crowd-00200");
        assertThat(devicesOfAllPages(path, "?state=no-such&after=no-such")).isEqualTo(all);
        page(path).body(containsString("Failed 2")).body(containsString("Updating 1"));
        page(path + "?state=PENDING").body(containsString("No device is in this state now."));
    }

    private List<String> devicesOfAllPages(String path, String query) {
        List<String> seen = new ArrayList<>();
        Optional<String> next = Optional.of(query);
        while (next.isPresent()) {
            String html =
                    page(path + next.orElseThrow()).statusCode(200).extract().asString();
            Pattern.compile("id=\"d-([^\"]+)\"").matcher(html).results().forEach(row -> seen.add(row.group(1)));
            next = Pattern.compile("rel=\"next\" href=\"([^\"#]+)")
                    .matcher(html)
                    .results()
                    .map(link -> link.group(1).replace("&amp;", "&"))
                    .findFirst();
        }
        return seen;
    }

    @Test
    void comparesVariantsWithFp32() {
        fixture.fill();

        String html = page("/models/resnet20-cifar10/versions/1")
                .statusCode(200)
                .extract()
                .asString();

        assertThat(html).contains("81.12 %", "80.88 %", "−0.24 pt", "−2.18 pt", "2.49×", "27 %", "28.8 dB");
        assertThat(html).contains("loses 2.18 points of accuracy against FP32", "62 %", "Evaluate on worker-1");
    }

    @Test
    void chartsMergeHistogramsAndNameTheirReference() {
        fixture.fill();
        String sha256 = ConsoleFixture.sha256("glyphs1rpi-cpu");

        given().get("/console/charts/variants/" + sha256 + "?class=rpi-cpu&model=glyphs&version=1&span=6h")
                .then()
                .statusCode(200)
                .body("intervals", hasSize(greaterThan(20)))
                .body("reference.fp32", closeTo(0.9642f))
                .body("intervals[3].p95", greaterThan(4.0f));
    }

    @Test
    void neverAveragesPercentiles() {
        fixture.empty();
        fixture.twoMinutesOfVeryDifferentLatency();

        // 900 inferences of 1 ms and 100 of 100 ms, in two roll-ups: the median is 1 ms, not the middle of both.
        page("/fleets").body(containsString("1.00 ms")).body(containsString("100 ms"));
    }

    @Test
    void escapesWhatDevicesAndPeopleWrote() {
        fixture.fill();
        fixture.run("update fleet set description = ?", HOSTILE);
        fixture.run(
                "update device set reason_code = 'X<b>', reason = ?, labels = jsonb_build_object('k<b>', ?)",
                HOSTILE,
                HOSTILE);
        fixture.run("update deployment set reason_code = 'X<b>', reason = ?", HOSTILE);
        fixture.run("update device_event set reason_code = 'X<b>', reason = ?", HOSTILE);
        fixture.run(
                "update variant set reasons = array[?], report = report || jsonb_build_object('method', ?)",
                HOSTILE,
                HOSTILE);
        fixture.run("update model_version set description = ?, task = ?", HOSTILE, HOSTILE);
        fixture.run("update quantization_job set worker = ?, failure_code = 'X<b>', failure = ?", HOSTILE, HOSTILE);

        fixture.run(
                "update audit_entry set actor = ?, subject = ?, action = ?, refusal = ?, path = ?,"
                        + " details = jsonb_build_object('k<b>', ?)",
                HOSTILE,
                HOSTILE,
                HOSTILE,
                HOSTILE,
                HOSTILE,
                HOSTILE);

        for (String path : new String[] {
            "/",
            "/audit",
            "/audit?filter=%3Cimg%20src=x%3E",
            "/rollouts?filter=%3Cimg%20src=x%3E",
            "/rollouts/new?what=%3Cimg%20src=x%3E&fleet=%22%3E%3Cimg%20src=x%3E",
            "/device-classes/new?copy=%3Cimg%20src=x%3E",
            "/fleets",
            "/fleets/press-line",
            "/devices/press-cam-15",
            "/models",
            "/models/resnet20-cifar10/versions/1",
            "/rollouts/0c3f4b52-7d0e-4c5e-9f65-2f6f0a7b1c01",
            "/devices?q=" + "%3Cimg%20src=x%20onerror=alert(1)%3E%22",
            "/telemetry?fleet=%22%3E%3Cimg%20src=x%3E",
            "/%3Cimg%20src=x%3E",
            "/devices/%3Cimg%20src=x%3E"
        }) {
            assertThat(page(path).extract().asString())
                    .as(path)
                    .contains("</html>")
                    .doesNotContain("<img", "<b>");
        }
    }

    @Test
    void answersABrowserWithAPageAndAProgramWithAProblem() {
        page("/devices/nobody").statusCode(404).body(containsString("<h1>Not found</h1>"));
        page("/nothing/here").statusCode(404).body(containsString("<h1>Not found</h1>"));
        given().accept("application/json")
                .get("/api/v1/nothing")
                .then()
                .statusCode(404)
                .body(containsString("NOT_FOUND"));
    }

    @Test
    void allowsScriptsAndStylesOfItsOwnAlone() {
        String html = page("/")
                .header("Content-Security-Policy", containsString("script-src 'self';"))
                .header("Content-Security-Policy", not(containsString("unsafe")))
                .header("X-Content-Type-Options", "nosniff")
                .extract()
                .asString();

        assertThat(html).doesNotContainPattern("<script>|<style|\\sstyle=|\\son[a-z]+=|https?://(?!localhost)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/console/console.css",
                "/console/console.js",
                "/console/forms.js",
                "/console/theme.js",
                "/console/icons.svg",
                "/webjars/htmx.org/dist/htmx.min.js",
                "/webjars/htmx-ext-sse/sse.js",
                "/webjars/echarts/echarts.common.min.js"
            })
    void servesItsAssets(String path) {
        given().get(path).then().statusCode(200);
    }

    @Test
    void namesThePartsInTheFooter() {
        await().untilAsserted(() -> page("/console/parts")
                .statusCode(200)
                .body(containsString("part good\">database"))
                .body(containsString("part good\">kafka"))
                .body(containsString("part good\">mqtt"))
                .body(containsString("part good\">object-store")));
    }

    @Test
    void showsAbsoluteTimesBesideRelativeOnes() {
        fixture.fill();

        String html = page("/devices/press-cam-01").extract().asString();

        assertThat(html)
                .containsPattern("<time datetime=\""
                        + OffsetDateTime.now(java.time.ZoneOffset.UTC).getYear()
                        + "-[^\"]+Z\" title=\"[^\"]+ UTC\">[^<]+ ago</time>");
    }

    private static ValidatableResponse page(String path) {
        return given().accept("text/html")
                .urlEncodingEnabled(false)
                .redirects()
                .follow(true)
                .get(path)
                .then()
                .contentType(containsString("text/html"));
    }

    private static org.hamcrest.Matcher<Float> closeTo(float expected) {
        return new org.hamcrest.CustomMatcher<>("about " + expected) {
            @Override
            public boolean matches(Object actual) {
                return actual instanceof Float number && Math.abs(number - expected) < 1e-4;
            }
        };
    }
}
