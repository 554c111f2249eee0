package io.quantfleet.controlplane.console;

import static io.quantfleet.controlplane.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.FilePayload;
import io.quantfleet.controlplane.testing.Api;
import io.quantfleet.controlplane.testing.EmbeddedParts;
import io.quantfleet.controlplane.testing.FakeDevice;
import io.quantfleet.controlplane.testing.FakeWorker;
import io.quantfleet.protocols.artifact.ObjectStore;
import io.quantfleet.protocols.v1.DeviceState;
import io.quantfleet.protocols.v1.Manifest;
import io.quantfleet.protocols.v1.QuantizationJobRequested;
import io.quantfleet.protocols.v1.SignedManifest;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URL;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every task from an empty system to a rolled-back rollout, by somebody who has the console and nothing else. Devices and
 * the worker are stood in for: they enrol, quantize and report, as they would.
 */
@QuarkusTest
@WithTestResource(EmbeddedParts.class)
@Tag("browser")
class ConsoleTasksIT {
    private static final String FLEET = "console-line";
    private static final String MODEL = "console-model";
    private static final String CLASS = "console-board";

    @TestHTTPResource("/")
    URL address;

    @Inject
    DataSource dataSource;

    @Inject
    ObjectStore store;

    @ConfigProperty(name = "quantfleet.kafka.bootstrap-servers")
    String bootstrapServers;

    private final Chromium chromium = new Chromium();
    private ConsoleFixture fixture;
    private FakeWorker worker;
    private Page page;

    @BeforeEach
    void start() {
        Api.awaitReady();
        fixture = new ConsoleFixture(dataSource);
        fixture.empty();
        worker = new FakeWorker(bootstrapServers);
        page = chromium.desktop();
        page.onDialog(dialog -> dialog.accept());
    }

    @AfterEach
    void stop() {
        worker.close();
        page.close();
        chromium.close();
        fixture.empty();
        fixture.run("delete from device_class where not built_in");
    }

    @Test
    void everyTaskFromAnEmptySystemToARolledBackRollout() throws MqttException, IOException {
        go("/");
        PlaywrightAssertions.assertThat(page.locator("h2").first()).hasText("Nothing here yet");
        page.locator("[data-actor]").fill("ann");
        page.locator("[data-actor]").blur();

        definesADeviceClassByCopying();
        makesAFleet();
        try (FakeDevice first = enrols("console-cam-1");
                FakeDevice second = enrols("console-cam-2")) {
            findsDevicesByAQuery();
            labelsADevice();
            makesAFleetByQuery();
            registersAVersion(1);
            comparesTheVariants(1);
            String before = rollsOut(1, "once");
            reportActive(before, first, second, 0);

            registersAVersion(2);
            String rollout = rollsOut(2, "canary");
            pausesAndResumes(rollout);
            Manifest canary = awaitEither(first, second);
            rollsBack(rollout, canary, first, second);
            isAlerted(first);
            decommissions("console-cam-2");
        }
        readsTheAudit();
        assertThat(chromium.complaints("status of 400", "status of 409")).isEmpty();
    }

    private void definesADeviceClassByCopying() {
        go("/device-classes/rpi-cpu");
        page.getByText("Copy", new Page.GetByTextOptions().setExact(true))
                .first()
                .click();
        PlaywrightAssertions.assertThat(page.locator("#check")).containsText("valid");
        String profile = page.locator("#profile").inputValue();
        page.locator("#profile").fill(profile.replace("name: my-board", "name: NOT A NAME"));
        PlaywrightAssertions.assertThat(page.locator("#check .faults, #check .mistake"))
                .isVisible();
        page.locator("#profile").fill(profile.replace("name: my-board", "name: " + CLASS));
        PlaywrightAssertions.assertThat(page.locator("#check")).containsText("valid");
        page.locator(".document button[type=submit]").click();
        page.waitForURL("**/device-classes/" + CLASS);

        page.getByText("Edit", new Page.GetByTextOptions().setExact(true)).click();
        page.locator("#profile").fill(profile.replace("name: my-board", "# ours\nname: " + CLASS));
        PlaywrightAssertions.assertThat(page.locator("#check")).containsText("valid");
        page.locator(".document button[type=submit]").click();
        page.waitForURL("**/device-classes/" + CLASS);
        PlaywrightAssertions.assertThat(page.locator("pre.code")).containsText("# ours");
    }

    private void makesAFleet() {
        go("/fleets");
        page.getByText("New fleet").click();
        page.locator("input[name=name]").fill(FLEET);
        page.getByText("Create fleet").click();
        page.waitForURL("**/fleets/" + FLEET);
    }

    private FakeDevice enrols(String id) throws MqttException {
        go("/fleets/" + FLEET);
        Locator form = page.locator("form[data-api='/api/v1/enrolment-tokens']");
        if (!form.isVisible()) {
            page.getByText("Enrol devices").click();
        }
        form.locator("select[name=deviceClass]").selectOption("rpi-cpu");
        page.getByText("Make token").click();
        Locator command = form.locator("[data-result] code");
        PlaywrightAssertions.assertThat(command).isVisible();
        Matcher token = Pattern.compile("--enrolment-token (\\S+)").matcher(command.textContent());
        assertThat(token.find()).isTrue();
        return new FakeDevice(
                "rpi-cpu",
                Api.enrol(token.group(1), id, "rpi-cpu")
                        .statusCode(201)
                        .extract()
                        .jsonPath());
    }

    private void findsDevicesByAQuery() {
        go("/devices");
        page.locator("#query").fill("class = rpi-cpu and nonsense = 1");
        page.locator("#query").press("Enter");
        PlaywrightAssertions.assertThat(page.locator(".mistake")).containsText("there is no field 'nonsense'");
        page.locator("#query").fill("class = rpi-cpu and id like *-2");
        page.locator("#query").press("Enter");
        PlaywrightAssertions.assertThat(page.locator("[data-total]")).hasAttribute("data-total", "1");
        PlaywrightAssertions.assertThat(page.locator("tbody th")).hasText("console-cam-2");
    }

    private void labelsADevice() {
        go("/devices");
        page.getByLabel("Select console-cam-1").check();
        page.getByText("Label …").click();
        page.locator("#label input[name=set]").fill("site=berlin");
        page.locator("#label button[type=submit]").click();
        PlaywrightAssertions.assertThat(page.locator("#label")).not().isVisible();
        go("/devices/console-cam-1");
        PlaywrightAssertions.assertThat(page.locator(".tag").first()).containsText("site=");
        PlaywrightAssertions.assertThat(page.locator("#history")).containsText("site=berlin, by ann");
    }

    private void makesAFleetByQuery() {
        go("/fleets");
        page.getByText("New fleet").click();
        page.locator("input[name=name]").fill(FLEET + "-berlin");
        page.locator("input[name=query]").fill("label.site = berlin");
        PlaywrightAssertions.assertThat(page.locator("#members")).containsText("console-cam-1");
        page.getByText("Create fleet").click();
        page.waitForURL("**/fleets/" + FLEET + "-berlin");
    }

    private void registersAVersion(int version) throws IOException {
        go("/models");
        page.getByText("Register a version").click();
        Locator form = page.locator("form[data-api='/api/v1/models']");
        file(form, "description", MODEL + ".model.yaml", Api.description(MODEL));
        file(form, "onnx", "model.onnx", "the graph of version " + version);
        file(form, "calibration", "calibration.zip", "calibration");
        file(form, "validation", "validation.zip", "validation");
        form.locator("button[type=submit]").click();
        page.waitForURL("**/models/" + MODEL + "/versions/" + version);

        int classes = 4;
        List<QuantizationJobRequested> jobs = worker.awaitJobs(MODEL, classes * version).stream()
                .filter(job -> job.getModelVersion() == version)
                .toList();
        assertThat(jobs).hasSize(classes);
        store.put(new ByteArrayInputStream(Api.bytes(FakeWorker.PAGE)));
        for (QuantizationJobRequested job : jobs) {
            byte[] variant = Api.bytes("variant of " + job.getDeviceClass() + version);
            byte[] probeSet = Api.bytes("probe set of " + job.getDeviceClass());
            store.put(new ByteArrayInputStream(variant));
            store.put(new ByteArrayInputStream(probeSet));
            worker.sendResult(job.getJobId(), job.getJobId(), worker.ready(job, variant, probeSet));
        }
    }

    private void comparesTheVariants(int version) {
        PlaywrightAssertions.assertThat(page.locator("table.compare .pill.good"))
                .hasCount(4);
        PlaywrightAssertions.assertThat(page.locator("table.compare")).containsText("80.00 %");
        go("/models/" + MODEL + "/versions/" + version);
        page.locator("details.report summary").first().click();
        PlaywrightAssertions.assertThat(page.locator("details.report iframe")
                        .first()
                        .contentFrame()
                        .locator("p"))
                .hasText("how it came about");
    }

    private String rollsOut(int version, String pattern) {
        go("/models/" + MODEL + "/versions/" + version);
        PlaywrightAssertions.assertThat(page.locator("table.compare .pill.good"))
                .hasCount(4);
        go("/models/" + MODEL + "/versions/" + version);
        page.getByText("Roll out", new Page.GetByTextOptions().setExact(true)).click();
        page.locator("select[name=fleet]").selectOption(FLEET);
        page.waitForURL("**fleet=" + FLEET + "**");
        if (!page.url().contains("pattern=" + pattern)) {
            page.locator("select[name=pattern]").selectOption(pattern);
            page.waitForURL("**pattern=" + pattern + "**");
        }
        PlaywrightAssertions.assertThat(page.locator("#plan table")).containsText("rpi-cpu");
        PlaywrightAssertions.assertThat(page.locator("#plan .totals")).containsText("of " + FLEET);
        page.getByText("Start the rollout").click();
        page.waitForURL(Pattern.compile(".*/rollouts/[0-9a-f-]{36}$"));
        return page.url();
    }

    private void reportActive(String rollout, FakeDevice first, FakeDevice second, long sequence) throws MqttException {
        for (FakeDevice device : List.of(first, second)) {
            device.report(device.awaitManifest(sequence), DeviceState.DEVICE_STATE_ACTIVE);
        }
        page.navigate(rollout);
        PlaywrightAssertions.assertThat(page.locator("h1 + .pill")).hasText("Finished");
        PlaywrightAssertions.assertThat(page.locator(".totals .wide dd").first())
                .hasText("2 of 2 done");
    }

    private void pausesAndResumes(String rollout) {
        page.navigate(rollout);
        page.getByText("Pause", new Page.GetByTextOptions().setExact(true)).click();
        PlaywrightAssertions.assertThat(page.locator("h1 + .pill")).hasText("Paused");
        page.getByText("Resume", new Page.GetByTextOptions().setExact(true)).click();
        PlaywrightAssertions.assertThat(page.locator("h1 + .pill")).hasText("Running");
    }

    private static Manifest wanted(FakeDevice device) {
        try {
            return Manifest.parseFrom(SignedManifest.parseFrom(device.wants()).getManifest());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The canary's manifest: one of the two gets it. */
    private static Manifest awaitEither(FakeDevice first, FakeDevice second) {
        return await("the canary's manifest")
                .until(
                        () -> List.of(first, second).stream()
                                .map(ConsoleTasksIT::wanted)
                                .filter(manifest -> manifest.getModelVersion() == 2)
                                .findFirst()
                                .orElse(Manifest.getDefaultInstance()),
                        manifest -> manifest.getModelVersion() == 2);
    }

    private void rollsBack(String rollout, Manifest canary, FakeDevice first, FakeDevice second) throws MqttException {
        FakeDevice device = canary.getDeviceId().equals("console-cam-1") ? first : second;
        device.report(canary, DeviceState.DEVICE_STATE_ACTIVE);
        page.navigate(rollout);
        PlaywrightAssertions.assertThat(page.locator(".totals .wide dd").first())
                .hasText("1 of 1 done");
        page.getByText("Roll back", new Page.GetByTextOptions().setExact(true)).click();
        PlaywrightAssertions.assertThat(page.locator("h1 + .pill"))
                .hasText(Pattern.compile("Rolling-back|Rolled-back"));
        Manifest back = device.awaitManifest(canary.getSequence());
        assertThat(back.getModelVersion()).isEqualTo(1);
        device.report(back, DeviceState.DEVICE_STATE_ACTIVE);
        PlaywrightAssertions.assertThat(page.locator("h1 + .pill")).hasText("Rolled-back");
        PlaywrightAssertions.assertThat(page.locator("section[aria-labelledby=history] tbody"))
                .containsText(Pattern.compile("rollback.*resume.*pause.*create", Pattern.DOTALL));
        go("/models/" + MODEL + "/versions/1");
        PlaywrightAssertions.assertThat(page.locator("#live")).containsText(FLEET);
        go("/devices/" + canary.getDeviceId());
        PlaywrightAssertions.assertThat(page.locator("#update + p, #update + .calm"))
                .containsText("Back to");
        PlaywrightAssertions.assertThat(page.locator("#live")).containsText(MODEL + " v1");
    }

    /** No device of the fleet measures anything yet: a rule notices, until windows come. */
    private void isAlerted(FakeDevice device) throws MqttException {
        go("/alerts");
        PlaywrightAssertions.assertThat(page.locator("#live")).containsText("There is no rule yet");
        page.getByText("New receiver").click();
        Locator receiver = page.locator("form[data-api='/api/v1/alert-receivers/:name']");
        receiver.locator("input[name=name]").fill("on-call");
        receiver.locator("input[name=url]").fill("http://127.0.0.1:9/");
        page.getByText("Make receiver").click();
        PlaywrightAssertions.assertThat(page.locator("section[aria-labelledby=receivers] tbody"))
                .containsText("on-call");

        Locator rule = page.locator("form[data-api='/api/v1/alert-rules/:name']");
        rule.locator("input[name=name]").fill("silence");
        rule.locator("select[name=fleet]").selectOption(FLEET);
        rule.locator("select[name='condition.kind']").selectOption("ABSENCE");
        rule.locator("input[name='condition.over']").fill("1440");
        rule.locator("input[name=clearFor]").fill("0");
        rule.locator("input[name=receivers]").fill("on-call");
        rule.locator("button[type=submit]").click();
        Locator live = page.locator("#live");
        PlaywrightAssertions.assertThat(page.locator("section[aria-labelledby=rules] tbody"))
                .containsText("No telemetry window over 1 d");
        await("the alert").untilAsserted(() -> {
            go("/alerts");
            assertThat(live.textContent()).contains("Firing").contains("0 came");
        });
        go("/");
        PlaywrightAssertions.assertThat(page.locator(".attention li").first()).containsText("silence: " + FLEET);

        device.sendWindow(wanted(device), 4_000);
        await("its end").untilAsserted(() -> {
            go("/alerts");
            assertThat(live.textContent()).contains("Nothing fires").contains("Resolved");
        });
        page.getByLabel("Delete silence").click();
        PlaywrightAssertions.assertThat(page.getByLabel("Delete silence")).hasCount(0);
        page.getByLabel("Delete on-call").click();
        PlaywrightAssertions.assertThat(page.getByLabel("Delete on-call")).hasCount(0);
    }

    private void decommissions(String device) {
        go("/devices?q=" + device);
        page.getByLabel("Select " + device).check();
        page.getByText("Decommission …").click();
        page.locator("#decommission input[name=reason]").fill("broken lens");
        page.locator("#decommission button[type=submit]").click();
        PlaywrightAssertions.assertThat(page.locator(".empty")).containsText("No device matches");
        go("/devices/" + device);
        PlaywrightAssertions.assertThat(page.locator("h1 + .pill")).hasText("Decommissioned");
        PlaywrightAssertions.assertThat(page.locator("#history")).containsText("broken lens");
    }

    private void readsTheAudit() {
        go("/audit?filter=by%20%3D%20ann");
        List<String> actions = page.locator("tbody th").allTextContents();
        assertThat(actions)
                .containsSubsequence("decommission", "rollback", "resume", "pause", "create", "labels", "create");
    }

    private static void file(Locator form, String field, String name, String content) {
        form.locator("input[name=" + field + "]")
                .setInputFiles(new FilePayload(name, "application/octet-stream", Api.bytes(content)));
    }

    private void go(String path) {
        page.navigate(address.toString().replaceAll("/$", "") + path);
    }
}
