package io.quantfleet.cli.demo;

import static io.quantfleet.cli.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.quantfleet.cli.embedded.FreePort;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every query of every dashboard and every rule, by a real Prometheus that watches a running demo. */
@Tag("prometheus")
class PrometheusIT {
    private static final Path DASHBOARDS = Path.of("../charts/quantfleet/dashboards");
    private static final Path RULES = Path.of("../charts/quantfleet/rules/rules.yaml");
    private static final Path CONFIGURATION = Path.of("../docker/prometheus/prometheus.yaml");
    private static final Pattern METRIC =
            Pattern.compile("\\b(quantfleet[a-z0-9_:]*|up)\\b(?!\\s*[-.])(?=[\\s{\\[)]|$)");

    @TempDir
    private Path work;

    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void everyQueryAndEveryRuleFindsSeriesOnTheRunningDemo() throws Exception {
        try (DemoProcess demo = DemoProcess.start(work)) {
            demo.awaitFigures();
            int port = FreePort.next();
            Process prometheus = prometheus(demo, port);
            try {
                Map<String, String> queries = queries();
                assertThat(queries).hasSizeGreaterThan(40);
                await().pollInterval(Duration.ofSeconds(5)).untilAsserted(() -> {
                    List<String> empty = new ArrayList<>();
                    for (Map.Entry<String, String> query : queries.entrySet()) {
                        if (series(port, query.getValue()) == 0) {
                            empty.add(query.getKey() + ": " + query.getValue());
                        }
                    }
                    assertThat(empty).as("queries without series").isEmpty();
                });
                await().untilAsserted(() -> assertRulesAreHealthy(port));
            } finally {
                prometheus.destroy();
                prometheus.waitFor();
            }
        }
    }

    @Test
    void promtoolFindsNothingWrongWithTheRulesAndTheConfiguration() throws Exception {
        Path rules = Files.copy(RULES, work.resolve("rules.yaml"));
        Path configuration = Files.copy(CONFIGURATION, work.resolve("prometheus.yaml"));
        for (List<String> arguments : List.of(
                List.of("check", "rules", rules.toString()), List.of("check", "config", configuration.toString()))) {
            List<String> command = new ArrayList<>(List.of("promtool"));
            command.addAll(arguments);
            Process promtool =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(promtool.waitFor()).as(output).isZero();
        }
    }

    /** By the rules of production, with the demo's addresses. */
    private Process prometheus(DemoProcess demo, int port) throws IOException {
        Files.copy(RULES, work.resolve("rules.yaml"));
        Path config = work.resolve("prometheus.yaml");
        Files.writeString(config, """
                global: {scrape_interval: 1s, evaluation_interval: 1s}
                rule_files: [rules.yaml]
                scrape_configs:
                  - job_name: quantfleet-control-plane
                    metrics_path: /q/metrics
                    static_configs: [{targets: ["127.0.0.1:%d"]}]
                  - job_name: quantfleet-worker
                    static_configs: [{targets: ["127.0.0.1:%d"]}]
                """.formatted(demo.port("http"), demo.port("worker-1")));
        return new ProcessBuilder(
                        "prometheus",
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + work.resolve("tsdb"),
                        "--web.listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(work.resolve("prometheus.txt").toFile())
                .start();
    }

    /** What the dashboards ask for, with every variable at All; and the series that rules look at. */
    private Map<String, String> queries() throws IOException {
        Map<String, String> queries = new LinkedHashMap<>();
        try (Stream<Path> files = Files.list(DASHBOARDS)) {
            for (Path file : files.sorted().toList()) {
                for (JsonNode panel : json.readTree(file.toFile()).path("panels")) {
                    for (JsonNode target : panel.path("targets")) {
                        queries.put(
                                file.getFileName() + " " + panel.path("title").asText() + " "
                                        + target.path("refId").asText(),
                                target.path("expr")
                                        .asText()
                                        .replace("$__rate_interval", "30s")
                                        .replaceAll("\\$[a-z_]+", ".*"));
                    }
                }
            }
        }
        for (JsonNode rule : new YAMLMapper().readTree(RULES.toFile()).at("/groups/0/rules")) {
            String name = rule.path("record").asText(rule.path("alert").asText());
            Matcher metric = METRIC.matcher(rule.path("expr").asText());
            while (metric.find()) {
                queries.put(name + " " + metric.group(1), "count(" + metric.group(1) + ")");
            }
        }
        return queries;
    }

    private void assertRulesAreHealthy(int port) throws IOException, InterruptedException {
        JsonNode rules = get(port, "rules").at("/data/groups/0/rules");
        assertThat(rules).isNotEmpty().allSatisfy(rule -> assertThat(
                        rule.path("health").asText())
                .as(rule.toString())
                .isEqualTo("ok"));
    }

    private int series(int port, String query) throws IOException, InterruptedException {
        JsonNode answer = get(port, "query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8));
        assertThat(answer.path("status").asText()).as(query + ": " + answer).isEqualTo("success");
        return answer.at("/data/result").size();
    }

    private JsonNode get(int port, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1/" + path))
                .build();
        return json.readTree(
                http.send(request, HttpResponse.BodyHandlers.ofString()).body());
    }
}
