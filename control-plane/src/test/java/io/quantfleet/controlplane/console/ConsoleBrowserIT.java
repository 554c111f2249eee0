package io.quantfleet.controlplane.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.controlplane.testing.EmbeddedParts;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URL;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The console in Debian's Chromium. Screenshots of every page go to {@code target/screenshots}; with
 * {@code -Dconsole.images=DIR} the two that the README shows are written to that directory as well, which is relative to
 * this module: {@code ../docs/images}.
 */
@QuarkusTest
@WithTestResource(EmbeddedParts.class)
@Tag("browser")
class ConsoleBrowserIT {
    private static final Map<String, String> PAGES = pages();
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");
    private static final int PHONE = 390;
    private static Playwright playwright;
    private static Browser browser;

    @TestHTTPResource("/")
    URL address;

    @Inject
    DataSource dataSource;

    @Inject
    Database database;

    private final List<String> complaints = new ArrayList<>();
    private ConsoleFixture fixture;

    private static Map<String, String> pages() {
        Map<String, String> pages = new LinkedHashMap<>();
        pages.put("overview", "/");
        pages.put("devices", "/devices");
        pages.put("device", "/devices/press-cam-05");
        pages.put("fleets", "/fleets");
        pages.put("fleet", "/fleets/press-line");
        pages.put("models", "/models");
        pages.put("version", "/models/resnet20-cifar10/versions/1");
        pages.put("rollouts", "/rollouts");
        pages.put("rollout", "/rollouts/" + ConsoleFixture.RUNNING_ROLLOUT);
        pages.put("telemetry", "/telemetry");
        pages.put("device-classes", "/device-classes");
        pages.put("device-class", "/device-classes/rpi-cpu");
        return pages;
    }

    @BeforeEach
    void start() {
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(database::isOpen);
        fixture = new ConsoleFixture(dataSource);
        if (browser == null) {
            playwright = Playwright.create(
                    new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
            browser = playwright
                    .chromium()
                    .launch(new BrowserType.LaunchOptions()
                            .setExecutablePath(Path.of("/usr/bin/chromium"))
                            .setArgs(List.of(
                                    "--headless",
                                    "--no-sandbox",
                                    "--disable-gpu",
                                    "--disable-quic",
                                    "--no-first-run",
                                    "--disable-background-networking",
                                    "--disable-component-update",
                                    "--disable-sync")));
        }
    }

    @AfterEach
    void nothingWasWrongInTheBrowser() {
        fixture.empty();
        assertThat(complaints).isEmpty();
    }

    @AfterAll
    static void close() {
        browser.close();
        playwright.close();
    }

    @Test
    void everyPageFitsAndDrawsItsCharts() {
        fixture.fill();
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            String name = scheme.name().toLowerCase(java.util.Locale.ROOT);
            walk(scheme, 1360, 900, name);
            walk(scheme, PHONE, 844, "phone-" + name);
        }
    }

    @Test
    void everyEmptyPageFits() {
        fixture.empty();
        try (BrowserContext context = context(ColorScheme.LIGHT, 1360, 900)) {
            Page page = page(context);
            for (String path : List.of("/", "/devices", "/fleets", "/models", "/rollouts", "/telemetry", "/nothing")) {
                page.navigate(address(path));
                page.screenshot(shot("empty-" + (path.equals("/") ? "overview" : path.substring(1)) + ".png", true));
            }
        }
        complaints.removeIf(complaint -> complaint.contains("404"));
    }

    @Test
    void aRolloutGoesOnBeforeTheEyes() {
        fixture.fill();
        try (BrowserContext context = context(ColorScheme.LIGHT, 1360, 900)) {
            Page page = page(context);
            page.navigate(address("/rollouts/" + ConsoleFixture.RUNNING_ROLLOUT));
            PlaywrightAssertions.assertThat(page.locator("[data-live]")).hasText("live");
            Locator done = page.locator(".totals .wide dd").first();
            PlaywrightAssertions.assertThat(done).hasText("8 of 16 done");

            fixture.run("update deployment set state = 'ACTIVE', finished_at = now(), state_at = now()"
                    + " where rollout_id = '" + ConsoleFixture.RUNNING_ROLLOUT + "' and state = 'FETCHING'");

            PlaywrightAssertions.assertThat(done).hasText("11 of 16 done");
        }
    }

    @Test
    void aJobsProgressArrives() {
        fixture.fill();
        try (BrowserContext context = context(ColorScheme.LIGHT, 1360, 900)) {
            Page page = page(context);
            page.navigate(address("/models/resnet20-cifar10/versions/1"));
            PlaywrightAssertions.assertThat(page.locator("#live")).containsText("62 %");

            fixture.run("update quantization_job set progress = 0.91, step = 'STORE' where state = 'RUNNING'");

            PlaywrightAssertions.assertThat(page.locator("#live")).containsText("91 %");
        }
    }

    @Test
    void filtersWithoutLeavingThePage() {
        fixture.fill();
        try (BrowserContext context = context(ColorScheme.LIGHT, 1360, 900)) {
            Page page = page(context);
            page.navigate(address("/devices"));

            page.locator("#q").pressSequentially("scanner");
            PlaywrightAssertions.assertThat(page.locator("tbody tr")).hasCount(8);
            page.locator("#sort-p95").click();
            PlaywrightAssertions.assertThat(page.locator("th[aria-sort=ascending]"))
                    .hasText("p95");

            assertThat(page.url()).contains("q=scanner", "sort=p95");
        }
    }

    @Test
    void remembersTheThemeThatWasChosen() {
        try (BrowserContext context = context(ColorScheme.LIGHT, 1360, 900)) {
            Page page = page(context);
            page.navigate(address("/"));
            page.locator("[data-theme-toggle]").click();
            page.locator("[data-theme-toggle]").click();

            page.navigate(address("/devices"));

            assertThat(page.locator("html").getAttribute("data-theme")).isEqualTo("dark");
        }
    }

    @Test
    void makesAFleetAndATokenForIt() {
        fixture.empty();
        try (BrowserContext context = context(ColorScheme.LIGHT, 1360, 900)) {
            Page page = page(context);
            page.navigate(address("/fleets"));
            page.locator("summary").click();
            page.locator("input[name=name]").fill("from-the-console");
            page.locator("button.primary").click();
            page.waitForURL("**/fleets/from-the-console");

            page.getByText("Make token").click();

            PlaywrightAssertions.assertThat(page.locator("[data-result]")).isVisible();
            assertThat(page.locator("[data-result] code").textContent()).doesNotContain("TOKEN");
        }
    }

    @Test
    void saysWhyAFleetCanNotBeMade() {
        fixture.empty();
        fixture.run("insert into fleet values ('taken', '', now())");
        try (BrowserContext context = context(ColorScheme.LIGHT, 1360, 900)) {
            Page page = page(context);
            page.navigate(address("/fleets"));
            page.locator("summary").click();
            page.locator("input[name=name]").fill("taken");
            page.locator("button.primary").click();

            PlaywrightAssertions.assertThat(page.locator(".failure")).containsText("taken");
        }
        complaints.removeIf(complaint -> complaint.contains("409"));
    }

    private void walk(ColorScheme scheme, int width, int height, String suffix) {
        try (BrowserContext context = context(scheme, width, height)) {
            Page page = page(context);
            PAGES.forEach((name, path) -> {
                page.navigate(address(path));
                PlaywrightAssertions.assertThat(page.locator("[data-live]")).hasText("live");
                PlaywrightAssertions.assertThat(page.locator("#parts")).containsText("database");
                awaitCharts(page);
                assertThat(page.evaluate("document.documentElement.scrollWidth"))
                        .as("width of %s", path)
                        .isEqualTo(width);
                page.screenshot(shot(name + "-" + suffix + ".png", true));
                if (name.equals("overview") && width != PHONE) {
                    keep(page, scheme);
                }
            });
        }
    }

    private static void awaitCharts(Page page) {
        for (Locator chart : page.locator("[data-chart]").all()) {
            PlaywrightAssertions.assertThat(chart)
                    .hasAttribute("data-points", java.util.regex.Pattern.compile("[0-9]+"));
            assertThat(chart.locator("canvas").count()).isPositive();
        }
    }

    /** The pictures of the README. */
    private static void keep(Page page, ColorScheme scheme) {
        String images = System.getProperty("console.images", "");
        if (!images.isEmpty()) {
            String file = scheme == ColorScheme.DARK ? "console-dark.png" : "console.png";
            page.screenshot(
                    new Page.ScreenshotOptions().setPath(Path.of(images, file)).setFullPage(true));
        }
    }

    private static Page.ScreenshotOptions shot(String file, boolean full) {
        return new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve(file)).setFullPage(full);
    }

    private static BrowserContext context(ColorScheme scheme, int width, int height) {
        return browser.newContext(
                new Browser.NewContextOptions().setViewportSize(width, height).setColorScheme(scheme));
    }

    private Page page(BrowserContext context) {
        Page page = context.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                complaints.add(message.text() + " at " + page.url());
            }
        });
        page.onPageError(error -> complaints.add(error + " at " + page.url()));
        return page;
    }

    private String address(String path) {
        return address.toString().replaceAll("/$", "") + path;
    }
}
