package io.quantfleet.controlplane.console;

import static io.quantfleet.controlplane.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.controlplane.testing.EmbeddedParts;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URL;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What pages do in the browser: they refresh, filter, preview, and say what is wrong. */
@QuarkusTest
@WithTestResource(EmbeddedParts.class)
@Tag("browser")
class ConsoleBrowserIT {
    private static Chromium chromium;

    @TestHTTPResource("/")
    URL address;

    @Inject
    DataSource dataSource;

    @Inject
    Database database;

    private ConsoleFixture fixture;
    private Page page;

    @BeforeAll
    static void launch() {
        chromium = new Chromium();
    }

    @AfterAll
    static void close() {
        chromium.close();
    }

    @BeforeEach
    void open() {
        await().until(database::isOpen);
        fixture = new ConsoleFixture(dataSource);
        fixture.fill();
        page = chromium.desktop();
    }

    @AfterEach
    void nothingWasWrongInTheBrowser() {
        page.close();
        fixture.empty();
        // Refusals are what some of these tests ask for; the browser notes them.
        assertThat(chromium.complaints("status of 409", "status of 400", "status of 412"))
                .isEmpty();
    }

    @Test
    void aRolloutGoesOnBeforeTheEyes() {
        go("/rollouts/" + ConsoleFixture.RUNNING_ROLLOUT);
        PlaywrightAssertions.assertThat(page.locator("[data-live]")).hasText("live");
        Locator done = page.locator(".totals .wide dd").first();
        PlaywrightAssertions.assertThat(done).hasText("8 of 16 done");

        fixture.run("update deployment set state = 'ACTIVE', finished_at = now(), state_at = now()"
                + " where rollout_id = '" + ConsoleFixture.RUNNING_ROLLOUT + "' and state = 'FETCHING'");

        PlaywrightAssertions.assertThat(done).hasText("11 of 16 done");
    }

    @Test
    void aJobsProgressArrives() {
        go("/models/resnet20-cifar10/versions/1");
        PlaywrightAssertions.assertThat(page.locator("#live")).containsText("62 %");

        fixture.run("update quantization_job set progress = 0.91, step = 'STORE' where state = 'RUNNING'");

        PlaywrightAssertions.assertThat(page.locator("#live")).containsText("91 %");
    }

    @Test
    void filtersWithoutLeavingThePage() {
        go("/devices");

        page.locator("#q").pressSequentially("scanner");
        PlaywrightAssertions.assertThat(page.locator("tbody tr")).hasCount(8);
        page.locator("#sort-p95").click();
        PlaywrightAssertions.assertThat(page.locator("th[aria-sort=ascending]")).hasText("p95");

        assertThat(page.url()).contains("q=scanner", "sort=p95");
    }

    @Test
    void showsWhereAFilterGoesWrong() {
        go("/devices");

        page.locator("#query").fill("class = gpu and site = x");

        PlaywrightAssertions.assertThat(page.locator(".mistake")).containsText("there is no field 'site'");
        PlaywrightAssertions.assertThat(page.locator(".mistake mark")).hasText("site = x");
    }

    @Test
    void keepsTheSelectionWhileTheListRefreshes() {
        go("/devices?fleet=warehouse");
        PlaywrightAssertions.assertThat(page.locator("[data-live]")).hasText("live");
        page.getByLabel("Select scanner-03").check();
        PlaywrightAssertions.assertThat(page.locator("[data-count]")).hasText("1 device");

        fixture.run("update device set report_number = report_number + 1, active_model_version = 77"
                + " where device_id = 'scanner-03'");

        PlaywrightAssertions.assertThat(page.locator("tr", new Page.LocatorOptions().setHasText("scanner-03")))
                .containsText("v77");
        PlaywrightAssertions.assertThat(page.getByLabel("Select scanner-03")).isChecked();
    }

    @Test
    void labelsAllThatMatch() {
        go("/devices?fleet=warehouse");
        page.locator("[data-select-page]").check();
        page.getByText("Label …").click();
        page.locator("#label input[name=set]").fill("site=berlin");
        page.locator("#label button[type=submit]").click();
        PlaywrightAssertions.assertThat(page.locator("#label")).not().isVisible();

        go("/devices?filter=label.site%20%3D%20berlin");

        PlaywrightAssertions.assertThat(page.locator(".tally")).containsText("8 devices match");
    }

    @Test
    void showsTheMembersOfAFleetWhileItsQueryIsWritten() {
        go("/fleets");
        page.getByText("New fleet").click();
        Locator query = page.locator("input[name=query]");

        query.fill("class = gpu");
        PlaywrightAssertions.assertThat(page.locator("#members")).containsText("4 devices: 4 gpu");
        query.fill("class = gpu and");
        PlaywrightAssertions.assertThat(page.locator("#members .mistake")).isVisible();
    }

    @Test
    void showsTheLinesOfAProfileThatAreWrong() {
        go("/device-classes/new?copy=gpu");
        PlaywrightAssertions.assertThat(page.locator("#check")).containsText("valid");

        page.locator("#profile").fill("name: broken\nversion: 1\nweights: seven\n");

        PlaywrightAssertions.assertThat(page.locator("[data-line='3']").first()).isVisible();
        page.locator("[data-line='3']").first().click();
        assertThat(page.evaluate("() => { const t = document.querySelector('#profile');"
                        + " return t.value.slice(t.selectionStart, t.selectionEnd); }"))
                .isEqualTo("weights: seven");
    }

    @Test
    void saysWhatARolloutWouldDo() {
        go("/rollouts/new?what=glyphs/2&fleet=warehouse");
        Locator plan = page.locator("#plan");
        PlaywrightAssertions.assertThat(plan).containsText("canary");
        PlaywrightAssertions.assertThat(plan).containsText("of warehouse");

        page.locator("[data-stage]").first().locator("[data-remove-stage]").click();
        PlaywrightAssertions.assertThat(plan).not().containsText("canary");
        page.locator("[data-stage]").last().locator("input[name$=percent]").fill("50");

        PlaywrightAssertions.assertThat(plan).containsText("the last stage leaves devices out");
    }

    @Test
    void makesChangesAndDeletesARule() {
        go("/alerts");
        page.getByText("New rule").click();
        Locator fresh = page.locator("form[data-api='/api/v1/alert-rules/:name']");
        fresh.locator("input[name=name]").fill("no-word");
        fresh.locator("select[name='condition.kind']").selectOption("ABSENCE");
        fresh.locator("input[name='condition.over']").fill("20");
        fresh.locator("input[name=receivers]").fill("nobody-there");
        page.getByText("Make rule").click();
        PlaywrightAssertions.assertThat(fresh.locator(".failure")).containsText("no alert receiver 'nobody-there'");
        fresh.locator("input[name=receivers]").fill("on-call");
        page.getByText("Make rule").click();
        Locator row = page.locator("tr", new Page.LocatorOptions().setHasText("no-word"));
        PlaywrightAssertions.assertThat(row).containsText("No telemetry window over 20 min");

        row.getByText("no-word").click();
        page.waitForURL("**/alerts/rules/no-word");
        assertThat(page.locator("input[name='condition.over']").inputValue()).isEqualTo("20");
        page.locator("select[name='condition.kind']").selectOption("THRESHOLD");
        page.locator("select[name='condition.metric']:not([disabled])").selectOption("LATENCY_P95_MS");
        page.locator("select[name='condition.above']").selectOption("true");
        page.locator("input[name='condition.value']").fill("12.5");
        page.locator("select[name=enabled]").selectOption("false");
        page.getByText("Save").click();
        PlaywrightAssertions.assertThat(row).containsText("Latency p95 above 12.5 ms over 20 min");
        PlaywrightAssertions.assertThat(row).containsText("off");

        page.onDialog(dialog -> dialog.accept());
        page.getByLabel("Delete no-word").click();
        PlaywrightAssertions.assertThat(row).hasCount(0);
        assertThat(chromium.complaints("status of 400")).isEmpty();
    }

    @Test
    void doesNotSaveARuleOverWhatSomebodyElseSavedMeanwhile() {
        go("/alerts/rules/accuracy-low");
        Locator form = page.locator("form[data-api='/api/v1/alert-rules/:name']");
        try (Page other = chromium.desktop()) {
            other.navigate(page.url());
            other.locator("input[name=severity]").fill("warning");
            other.locator("form[data-api='/api/v1/alert-rules/:name'] button[type=submit]")
                    .click();
            other.waitForURL("**/alerts");
        }
        form.locator("input[name=severity]").fill("info");
        form.locator("button[type=submit]").click();

        PlaywrightAssertions.assertThat(form.locator(".failure")).containsText("Somebody else changed this rule");
        PlaywrightAssertions.assertThat(form.locator("input[name=severity]")).hasValue("info");
        go("/alerts/rules/accuracy-low");
        PlaywrightAssertions.assertThat(page.locator("input[name=severity]")).hasValue("warning");
    }

    @Test
    void sortsFleetsByTheAddressToo() {
        go("/fleets");

        page.locator("#sort-devices").click();
        PlaywrightAssertions.assertThat(page.locator("th[aria-sort=ascending]")).hasText("Devices");
        page.locator("#sort-devices").click();
        PlaywrightAssertions.assertThat(page.locator("th[aria-sort=descending]"))
                .hasText("Devices");

        assertThat(page.url()).contains("sort=devices", "dir=desc");
    }

    @Test
    void remembersTheThemeThatWasChosen() {
        go("/");
        page.locator("[data-theme-toggle]").click();
        page.locator("[data-theme-toggle]").click();

        go("/devices");

        assertThat(page.locator("html").getAttribute("data-theme")).isEqualTo("dark");
    }

    @Test
    void keepsWhoActsWithWhatIsChanged() {
        go("/fleets");
        page.locator("[data-actor]").fill("Jörg");
        page.getByText("New fleet").click();
        page.locator("input[name=name]").fill("of-joerg");
        page.getByText("Create fleet").click();
        page.waitForURL("**/fleets/of-joerg");

        go("/audit");

        PlaywrightAssertions.assertThat(page.locator("tbody tr").first()).containsText("Jörg");
        PlaywrightAssertions.assertThat(page.locator("tbody tr").first()).containsText("of-joerg");
    }

    @Test
    void saysWhyAFleetCanNotBeMade() {
        go("/fleets");
        page.getByText("New fleet").click();
        page.locator("input[name=name]").fill("warehouse");
        page.getByText("Create fleet").click();

        PlaywrightAssertions.assertThat(page.locator(".failure")).containsText("warehouse");
    }

    private void go(String path) {
        page.navigate(address.toString().replaceAll("/$", "") + path);
    }
}
