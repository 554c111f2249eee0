package io.quantfleet.controlplane.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import io.quantfleet.controlplane.testing.Patience;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Debian's Chromium, and what its console complained of. A slow machine is given time: conditions are awaited for 30 s. */
final class Chromium implements AutoCloseable {
    static final int PHONE = 390;
    static final int DESKTOP = 1360;
    private static final double PATIENCE_MILLIS = Patience.LIMIT.toMillis();

    private final Playwright playwright =
            Playwright.create(new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    private final Browser browser = playwright
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
    private final String axe = axe();
    private final List<String> complaints = new ArrayList<>();

    Chromium() {
        PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MILLIS);
    }

    /** A page in a context of its own, which is closed with it. */
    Page page(ColorScheme scheme, int width, int height) {
        BrowserContext context = browser.newContext(
                new Browser.NewContextOptions().setViewportSize(width, height).setColorScheme(scheme));
        context.setDefaultTimeout(PATIENCE_MILLIS);
        Page page = context.newPage();
        page.onClose(closed -> context.close());
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                complaints.add(message.text() + " at " + page.url());
            }
        });
        page.onPageError(error -> complaints.add(error + " at " + page.url()));
        return page;
    }

    Page desktop() {
        return page(ColorScheme.LIGHT, DESKTOP, 900);
    }

    /** What the browser said since the last call, but for what a test expects. */
    List<String> complaints(String... expected) {
        List<String> heard = new ArrayList<>(complaints);
        complaints.clear();
        heard.removeIf(complaint -> List.of(expected).stream().anyMatch(complaint::contains));
        return heard;
    }

    /** Asserts that axe-core finds nothing in the page as it is. */
    void assertAccessible(Page page) {
        page.evaluate(axe);
        Object violations = page.evaluate("""
                () => axe.run(document, { resultTypes: ['violations'] }).then(results => results.violations.map(v =>
                    v.id + ': ' + v.help + '\\n' + v.nodes.slice(0, 5).map(n => '    ' + n.html.slice(0, 160) + '\\n      '
                        + n.any.concat(n.all, n.none).map(c => c.message).join('; ').slice(0, 240)).join('\\n')))""");
        assertThat((List<?>) violations).as("accessibility of %s", page.url()).isEmpty();
    }

    private static String axe() {
        try (InputStream in = Chromium.class.getResourceAsStream("/axe.min.js")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }
}
