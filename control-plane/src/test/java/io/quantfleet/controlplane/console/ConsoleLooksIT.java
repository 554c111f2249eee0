package io.quantfleet.controlplane.console;

import static io.quantfleet.controlplane.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * How every page looks, full and empty, light and dark, wide and narrow: it fits, draws its charts, and axe-core finds
 * nothing. Pictures of all of it go to {@code target/screenshots}; with {@code -Dconsole.images=DIR} those that the README
 * and the docs show are written to that directory as well, which is relative to this module: {@code ../docs/images}.
 */
@QuarkusTest
@WithTestResource(EmbeddedParts.class)
@Tag("browser")
class ConsoleLooksIT {
    private static final Map<String, String> PAGES = pages();
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");
    /** The pages that README and docs show, and the names of their pictures. */
    private static final Map<String, String> SHOWN = Map.of(
            "overview",
            "console",
            "version",
            "console-version",
            "rollout",
            "console-rollout",
            "new-rollout",
            "console-new-rollout",
            "alerts",
            "console-alerts");

    private static Chromium chromium;

    @TestHTTPResource("/")
    URL address;

    @Inject
    DataSource dataSource;

    @Inject
    Database database;

    private final SoftAssertions softly = new SoftAssertions();
    private ConsoleFixture fixture;

    private static Map<String, String> pages() {
        Map<String, String> pages = new LinkedHashMap<>();
        pages.put("overview", "/");
        pages.put("devices", "/devices");
        pages.put("devices-mistake", "/devices?filter=class+%3D+gpu+and+site+%3D+x");
        pages.put("device", "/devices/press-cam-05");
        pages.put("device-failed", "/devices/press-cam-15");
        pages.put("fleets", "/fleets");
        pages.put("fleet", "/fleets/press-line");
        pages.put("models", "/models");
        pages.put("version", "/models/glyphs/versions/2");
        pages.put("version-running", "/models/resnet20-cifar10/versions/1");
        pages.put("rollouts", "/rollouts");
        pages.put("rollout", "/rollouts/" + ConsoleFixture.RUNNING_ROLLOUT);
        pages.put("rollout-failed", "/rollouts/" + ConsoleFixture.FAILED_ROLLOUT);
        pages.put("new-rollout", "/rollouts/new?what=glyphs/2&fleet=warehouse");
        pages.put("telemetry", "/telemetry");
        pages.put("device-classes", "/device-classes");
        pages.put("device-class", "/device-classes/rpi-cpu");
        pages.put("new-device-class", "/device-classes/new?copy=gpu");
        pages.put("alerts", "/alerts");
        pages.put("alert-rule", "/alerts/rules/accuracy-low");
        pages.put("audit", "/audit");
        return pages;
    }

    @BeforeAll
    static void launch() {
        chromium = new Chromium();
    }

    @AfterAll
    static void close() {
        chromium.close();
    }

    @BeforeEach
    void schema() {
        await().until(database::isOpen);
        fixture = new ConsoleFixture(dataSource);
    }

    @AfterEach
    void everythingWasRight() {
        fixture.empty();
        softly.assertThat(chromium.complaints("404")).isEmpty();
        softly.assertAll();
    }

    @Test
    void everyPageFitsAndIsAccessible() {
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            fixture = new ConsoleFixture(dataSource);
            fixture.fill();
            walk(scheme, Chromium.DESKTOP, 900);
            walk(scheme, Chromium.PHONE, 844);
        }
    }

    @Test
    void everyEmptyPageFitsAndIsAccessible() {
        fixture.empty();
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            try (Page page = chromium.page(scheme, Chromium.DESKTOP, 900)) {
                for (String path : List.of(
                        "/",
                        "/devices",
                        "/fleets",
                        "/models",
                        "/rollouts",
                        "/rollouts/new",
                        "/telemetry",
                        "/alerts",
                        "/audit",
                        "/nothing")) {
                    open(page, path);
                    look(
                            page,
                            path,
                            "empty-"
                                    + (path.equals("/")
                                            ? "overview"
                                            : path.substring(1).replace('/', '-')) + "-" + suffix(scheme) + ".png",
                            Chromium.DESKTOP);
                }
            }
        }
    }

    @Test
    void dialogsAndOpenFormsAreAccessible() {
        fixture.fill();
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            try (Page page = chromium.page(scheme, Chromium.DESKTOP, 900)) {
                open(page, "/devices");
                page.locator("[data-select-page]").check();
                for (String dialog : List.of("label", "move", "decommission")) {
                    page.locator("[data-dialog=" + dialog + "]").click();
                    look(
                            page,
                            "/devices, " + dialog,
                            "dialog-" + dialog + "-" + suffix(scheme) + ".png",
                            Chromium.DESKTOP);
                    page.keyboard().press("Escape");
                }
                for (String path :
                        List.of("/fleets", "/models", "/alerts", "/fleets/press-line", "/models/glyphs/versions/2")) {
                    open(page, path);
                    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)");
                    look(
                            page,
                            path + ", open",
                            "open" + path.replace('/', '-') + "-" + suffix(scheme) + ".png",
                            Chromium.DESKTOP);
                }
            }
        }
    }

    private void walk(ColorScheme scheme, int width, int height) {
        boolean phone = width == Chromium.PHONE;
        try (Page page = chromium.page(scheme, width, height)) {
            PAGES.forEach((name, path) -> {
                open(page, path);
                awaitCharts(page);
                look(page, path, name + "-" + (phone ? "phone-" : "") + suffix(scheme) + ".png", width);
                if (!phone) {
                    keep(page, name, scheme);
                }
            });
        }
    }

    private void open(Page page, String path) {
        page.navigate(address.toString().replaceAll("/$", "") + path);
        if (!path.equals("/nothing")) {
            PlaywrightAssertions.assertThat(page.locator("[data-live]")).hasText("live");
        }
        PlaywrightAssertions.assertThat(page.locator("#parts")).containsText("database");
        PlaywrightAssertions.assertThat(page.locator("[aria-busy]")).hasCount(0);
        PlaywrightAssertions.assertThat(page.locator("#plan .calm")).hasCount(0);
    }

    private void look(Page page, String what, String file, int width) {
        page.screenshot(
                new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve(file)).setFullPage(true));
        softly.assertThat(page.evaluate("document.documentElement.scrollWidth"))
                .as("width of %s", what)
                .isEqualTo(width);
        softly.check(() -> chromium.assertAccessible(page));
    }

    private static void awaitCharts(Page page) {
        for (Locator chart : page.locator("[data-chart]").all()) {
            PlaywrightAssertions.assertThat(chart).hasAttribute("data-points", Pattern.compile("[0-9]+"));
            assertThat(chart.locator("canvas").count()).isPositive();
        }
    }

    private static void keep(Page page, String name, ColorScheme scheme) {
        String images = System.getProperty("console.images", "");
        if (!images.isEmpty() && SHOWN.containsKey(name)) {
            String file = SHOWN.get(name) + (scheme == ColorScheme.DARK ? "-dark.png" : ".png");
            page.screenshot(
                    new Page.ScreenshotOptions().setPath(Path.of(images, file)).setFullPage(true));
        }
    }

    private static String suffix(ColorScheme scheme) {
        return scheme.name().toLowerCase(Locale.ROOT);
    }
}
