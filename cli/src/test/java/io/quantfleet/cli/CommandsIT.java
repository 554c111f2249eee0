package io.quantfleet.cli;

import static io.quantfleet.cli.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.quantfleet.cli.client.ControlPlaneArguments;
import io.quantfleet.cli.stack.Installation;
import io.quantfleet.cli.stack.Stack;
import io.quantfleet.cli.stack.StackOptions;
import io.quantfleet.cli.terminal.Progress;
import io.quantfleet.protocols.profile.ShippedProfiles;
import io.quantfleet.quantizer.sample.SampleModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Every command that asks a control plane, against a real one with a worker. The last test sees to it that none is left out. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CommandsIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> COVERED = new TreeSet<>();
    private static final String DECLARED = """
            kind: DeviceClass
            name: shop-board
            spec: {profile}
            ---
            kind: AlertRule
            name: silent
            spec:
              fleet: declared
              condition: {kind: ABSENCE, over: PT600S}
            ---
            kind: Fleet
            name: declared
            spec:
              query: class = rpi-cpu and label.site in (lyon, oslo)
              maintenance:
                windows:
                  - {cron: "0 2 * * 1-5", duration: PT180M, zone: Europe/Berlin}
            ---
            kind: Fleet
            name: declared-static
            spec:
              description: by hand
            ---
            kind: RolloutPolicy
            name: careful
            spec:
              stages:
                - {name: first, devices: 1, approval: true, soak: PT600S}
                - {name: all, percent: 100}
              onFailure: PAUSE
            """;

    @TempDir
    private static Path folder;

    private static Stack stack;

    @BeforeAll
    static void start() {
        stack = Stack.open(
                new StackOptions(folder.resolve("data"), OptionalInt.empty(), 1),
                Installation.current(),
                Progress.onStandardError());
        stack.start();
    }

    @AfterAll
    static void stop() {
        stack.close();
    }

    /** What a command printed, and how it ended. */
    private record Ended(int code, String screen, String errors) {}

    private static Ended run(String... arguments) {
        StringWriter screen = new StringWriter();
        StringWriter errors = new StringWriter();
        CommandLine line = QuantfleetMain.commandLine()
                .setOut(new PrintWriter(screen, true))
                .setErr(new PrintWriter(errors, true));
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--control-plane", stack.addresses().console().toString()));
        int code = line.execute(all.toArray(String[]::new));
        return new Ended(code, screen.toString(), errors.toString());
    }

    /** A command that succeeds, in tables and in JSON; the JSON. */
    private static JsonNode shown(String... arguments) throws IOException {
        Ended table = run(arguments);
        assertThat(table.code()).as(table.errors()).isZero();
        assertThat(table.screen()).isNotBlank();
        return done(arguments);
    }

    /** A command that succeeds; what it prints as YAML is what it would print as JSON. */
    private static JsonNode done(String... arguments) throws IOException {
        Ended ended =
                run(Stream.concat(Stream.of(arguments), Stream.of("-o", "yaml")).toArray(String[]::new));
        assertThat(ended.code()).as(ended.errors()).isZero();
        COVERED.add(name(arguments));
        return new YAMLMapper().readTree(ended.screen());
    }

    private static String name(String... arguments) {
        CommandLine command = QuantfleetMain.commandLine();
        for (String argument : arguments) {
            CommandLine next = command.getSubcommands().get(argument);
            if (next == null) {
                break;
            }
            command = next;
        }
        return command.getCommandSpec().qualifiedName();
    }

    @Test
    @Order(1)
    void registersAModelAndFollowsItsJobs() throws IOException {
        SampleModel sample = SampleModel.extractInto(folder.resolve("sample"));

        JsonNode registered = done(
                "register",
                sample.description().toString(),
                "--calibration",
                sample.calibration().toString(),
                "--validation",
                sample.validation().toString());

        assertThat(registered.path("version").asInt()).isEqualTo(1);
        assertThat(shown("model", "list").path(0).path("name")).isEqualTo(registered.path("model"));
        await().untilAsserted(() -> assertThat(shown("model", "jobs", "--filter", "state = READY and class = rpi-cpu"))
                .hasSize(1));
        assertThat(shown("model", "show", model()).path(0).path("version").asInt())
                .isEqualTo(1);
        assertThat(run("variant", "list", model(), "1", "--watch").code()).isZero();
        assertThat(shown("variant", "list", model(), "1"))
                .hasSize(3)
                .allMatch(variant -> variant.path("state").asText().equals("READY"));
        JsonNode again = done("variant", "quantize", model(), "1", "--device-class", "gpu");
        done("variant", "cancel", again.path(0).path("jobId").asText());
    }

    @Test
    @Order(2)
    void makesFleetsAndTokens() throws IOException {
        assertThat(done("fleet", "create", "lab").path("name").asText()).isEqualTo("lab");
        assertThat(shown("fleet", "preview", "--filter", "class = rpi-cpu")
                        .path("devices")
                        .asInt())
                .isZero();
        assertThat(shown("fleet", "list")).hasSize(1);
        assertThat(shown("fleet", "show", "lab").path("maintenance").path("windows"))
                .isEmpty();
        JsonNode token = done("device", "token", "create", "--fleet", "lab", "--device-class", "rpi-cpu");
        assertThat(shown("device", "token", "list").path(0).path("id")).isEqualTo(token.path("id"));
        done("device", "token", "revoke", token.path("id").asText());
        assertThat(done("device", "token", "list")).isEmpty();
    }

    @Test
    @Order(3)
    void definesDeviceClasses() throws IOException {
        Path profile = Files.writeString(
                folder.resolve("board.yaml"),
                ShippedProfiles.text("rpi-cpu").orElseThrow().replaceFirst("(?m)^name:.*$", "name: my-board"));

        assertThat(done("device-class", "set", "-f", profile.toString())
                        .path("name")
                        .asText())
                .isEqualTo("my-board");
        done("device-class", "set", "-f", profile.toString());
        assertThat(shown("device-class", "list"))
                .anyMatch(each -> each.path("name").asText().equals("my-board"));
        assertThat(run("device-class", "show", "my-board").screen())
                .isEqualToIgnoringNewLines(Files.readString(profile));
        done("device-class", "show", "my-board");
    }

    @Test
    @Order(3)
    void importsAndRetiresDevices() throws IOException {
        Path file = Files.writeString(
                folder.resolve("devices.csv"),
                "id,class,fleet,label.site\na,rpi-cpu,lab,lyon\nb,rpi-cpu,lab,oslo\nc,gpu,lab,rome\n");

        assertThat(done("device", "import", file.toString()).path("registered").asInt())
                .isEqualTo(3);
        assertThat(shown("device", "list", "--filter", "label.site = lyon")).hasSize(1);
        assertThat(shown("device", "show", "a").path("fleets").path(0).asText()).isEqualTo("lab");
        assertThat(done("device", "label", "--filter", "label.site = lyon", "--set", "ring=canary", "--expected", "1")
                        .path("changed")
                        .asInt())
                .isEqualTo(1);
        assertThat(shown("device", "list", "--filter", "label.ring = canary")).hasSize(1);
        assertThat(done("device", "move", "a", "b", "--fleet", "lab")
                        .path("selected")
                        .asInt())
                .isEqualTo(2);
        assertThat(done("device", "decommission", "c").path("lifecycle").asText())
                .isEqualTo("DECOMMISSIONED");
    }

    @Test
    @Order(4)
    void appliesWhatFilesDeclareAndNothingTheSecondTime() throws IOException {
        Path file = declare(DECLARED);
        Ended before = run("diff", "-f", file.toString());
        assertThat(before.code()).as(before.errors()).isEqualTo(ExitCodes.FOUND);
        assertThat(before.screen())
                .contains("Fleet declared: new", "+ query: \"class = rpi-cpu and label.site in (lyon, oslo)\"");

        Ended first = run("apply", "-f", file.toString());
        assertThat(first.code()).as(first.errors()).isZero();
        assertThat(first.screen()).contains("5 created");
        JsonNode history = done("alert", "rule", "list");

        JsonNode second = shown("apply", "-f", file.toString());

        assertThat(second)
                .hasSize(5)
                .allMatch(outcome -> outcome.path("result").asText().equals("unchanged")
                        && outcome.path("changes").isEmpty());
        assertThat(done("alert", "rule", "list")).isEqualTo(history);
        assertThat(done("diff", "-f", file.toString()))
                .allMatch(outcome -> outcome.path("result").asText().equals("unchanged"));
        assertThat(done("fleet", "list", "--filter", "name = declared")
                        .path(0)
                        .path("devices")
                        .asInt())
                .isEqualTo(2);
    }

    @Test
    @Order(5)
    void appliesOnlyWhatChanged() throws IOException {
        Path file = declare(DECLARED.replace("(lyon, oslo)", "(lyon)").replace("PT600S}\n---", "PT20M}\n---"));

        Ended differences = run("diff", "-f", file.toString());
        assertThat(differences.code()).isEqualTo(ExitCodes.FOUND);
        assertThat(differences.screen())
                .contains(
                        "~ query: \"class = rpi-cpu and label.site in (lyon, oslo)\" -> \"class = rpi-cpu and label.site in (lyon)\"")
                .contains("~ condition.over: \"PT10M\" -> \"PT20M\"")
                .contains("3 unchanged", "2 changed");

        assertThat(done("apply", "-f", file.toString()))
                .filteredOn(outcome -> outcome.path("result").asText().equals("changed"))
                .hasSize(2);
        assertThat(done("fleet", "list", "--filter", "name = declared")
                        .path(0)
                        .path("devices")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    @Order(6)
    void saysOnWhichLineADeclarationIsWrong() throws IOException {
        Path file = declare(DECLARED.replace("label.site in", "site in")
                .replace("devices: 1", "devices: 0")
                .replace("ABSENCE", "ABSENT")
                .replace("description: by hand", "query: class = gpu")
                .replace("{cron: \"0 2 * * 1-5\",", "{cron: \"0 2 * *\","));

        Ended refused = run("apply", "-f", file.toString());

        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.errors())
                .contains("Fleet 'declared': at character 21: there is no field 'site'")
                .contains("RolloutPolicy 'careful': ")
                .contains("the stage 'first' takes at least one device, not 0")
                .contains("AlertRule 'silent': ")
                .contains("fleet 'declared-static' is static and stays so")
                .contains("Nothing was applied.");
    }

    private static Path declare(String documents) throws IOException {
        String profile = JSON.writeValueAsString(new YAMLMapper()
                .readTree(ShippedProfiles.text("rpi-cpu").orElseThrow().replaceFirst("(?m)^name:.*$", "")));
        return Files.writeString(folder.resolve("declared.yaml"), documents.replace("{profile}", profile));
    }

    @Test
    @Order(7)
    void keepsPolicies() throws IOException {
        assertThat(shown("rollout", "policy", "list")).hasSize(1);
        JsonNode careful = shown("rollout", "policy", "show", "careful");
        Path strategy = folder.resolve("strategy.json");
        Files.writeString(strategy, careful.path("strategy").toString());
        assertThat(done("rollout", "policy", "set", "copy", "--strategy", strategy.toString())
                        .path("strategy"))
                .isEqualTo(careful.path("strategy"));
        done("rollout", "policy", "delete", "copy");
        assertThat(done("rollout", "policy", "list")).hasSize(1);
    }

    @Test
    @Order(8)
    void takesARolloutThroughItsMoves() throws IOException {
        JsonNode preview = shown(
                "rollout",
                "create",
                "--fleet",
                "lab",
                "--model",
                model(),
                "--model-version",
                "1",
                "--policy",
                "careful",
                "--dry-run");
        assertThat(preview.path("stages")).hasSize(2);

        String id = draft();
        done("rollout", "start", id);
        await().untilAsserted(() ->
                assertThat(done("rollout", "show", id).path("phase").asText()).isEqualTo("AWAITING_APPROVAL"));
        assertThat(done("rollout", "approve", id).path("state").asText()).isEqualTo("RUNNING");
        done("rollout", "pause", id);
        done("rollout", "resume", id);
        done("rollout", "retry", id);
        assertThat(done("rollout", "promote", id).path("stage").asInt()).isEqualTo(1);
        done("rollout", "rollback", id);
        assertThat(shown("rollout", "show", id)
                        .path("strategy")
                        .path("onFailure")
                        .asText())
                .isEqualTo("PAUSE");
        assertThat(shown("rollout", "history", id)).hasSizeGreaterThan(6);
        assertThat(done("rollout", "abort", draft()).path("state").asText()).isEqualTo("ABORTED");
        assertThat(shown("rollout", "list", "--filter", "state = ABORTED")).hasSize(1);
    }

    private static String draft() throws IOException {
        return done(
                        "rollout",
                        "create",
                        "--fleet",
                        "lab",
                        "--model",
                        model(),
                        "--model-version",
                        "1",
                        "--policy",
                        "careful",
                        "--draft")
                .path("id")
                .asText();
    }

    private static String model() throws IOException {
        return done("model", "list").path(0).path("name").asText();
    }

    @Test
    @Order(9)
    void keepsAlertsRulesAndReceivers() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "between us\n");
        assertThat(done(
                                "alert",
                                "receiver",
                                "set",
                                "pager",
                                "--kind",
                                "webhook",
                                "--url",
                                "http://127.0.0.1:9/hook",
                                "--secret-file",
                                secret.toString())
                        .path("signed")
                        .asBoolean())
                .isTrue();
        assertThat(shown("alert", "receiver", "list")).hasSize(1);
        Path rule = Files.writeString(folder.resolve("rule.yaml"), """
                condition: {kind: THRESHOLD, metric: LATENCY_P95_MS, above: true, value: 50, over: PT10M}
                receivers: [pager]
                """);
        done("alert", "rule", "set", "slow", "-f", rule.toString());
        assertThat(done("alert", "rule", "disable", "slow").path("enabled").asBoolean(true))
                .isFalse();
        assertThat(done("alert", "rule", "enable", "slow").path("enabled").asBoolean())
                .isTrue();
        assertThat(shown("alert", "rule", "show", "slow")
                        .path("receivers")
                        .path(0)
                        .asText())
                .isEqualTo("pager");
        assertThat(shown("alert", "rule", "list")).hasSize(2);
        shown("alert", "list", "--state", "firing");
        done("alert", "rule", "delete", "slow");
        done("alert", "receiver", "delete", "pager");
    }

    @Test
    @Order(10)
    void leavesNoCommandOut() {
        Set<String> all = new TreeSet<>();
        collect(QuantfleetMain.commandLine(), all);
        assertThat(COVERED).containsAll(all);
    }

    private static void collect(CommandLine command, Set<String> names) {
        CommandSpec spec = command.getCommandSpec();
        boolean asks =
                spec.mixins().values().stream().anyMatch(mixin -> mixin.userObject() instanceof ControlPlaneArguments);
        if (asks) {
            names.add(spec.qualifiedName());
        }
        command.getSubcommands().values().forEach(below -> collect(below, names));
    }
}
