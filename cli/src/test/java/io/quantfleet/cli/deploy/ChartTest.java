package io.quantfleet.cli.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** The Helm chart, linted and rendered by Helm itself. */
class ChartTest {
    private static final Path CHART = Path.of("../charts/quantfleet");

    @Test
    void passesHelmsLint() {
        LintResult result = new Helm(CHART).lint().strict().quiet().call();

        assertThat(result.isFailed())
                .as(String.join("\n", result.getMessages()))
                .isFalse();
    }

    @Test
    void rendersTheControlPlaneAndTheWorker() throws IOException {
        List<JsonNode> manifests = render(template());

        assertThat(manifests)
                .extracting(manifest -> manifest.path("kind").asText() + "/"
                        + manifest.path("metadata").path("name").asText())
                .containsExactlyInAnyOrder(
                        "Deployment/prod-control-plane",
                        "Service/prod-control-plane",
                        "Deployment/prod-quantizer-worker",
                        "PersistentVolumeClaim/prod-object-store");
    }

    @Test
    void rendersAnAgentForEachNodeOnRequest() throws IOException {
        List<JsonNode> manifests = render(template().set("agent.enabled", "true"));

        assertThat(manifests)
                .filteredOn(manifest -> manifest.path("kind").asText().equals("DaemonSet"))
                .singleElement()
                .satisfies(agent -> assertThat(environment(agent, "QUANTFLEET_AGENT_CONTROL_PLANE"))
                        .isEqualTo("http://prod-control-plane:8080"));
    }

    @Test
    void tracesGoNowhereUntilThereIsACollectorAndThenFromBothPrograms() throws IOException {
        assertThat(deployments(template()))
                .allSatisfy(program -> assertThat(environment(program, "OTEL_EXPORTER_OTLP_ENDPOINT"))
                        .isEmpty());

        assertThat(deployments(template().set("tracing.endpoint", "http://collector:4318")))
                .hasSize(2)
                .allSatisfy(program -> assertThat(environment(program, "OTEL_EXPORTER_OTLP_ENDPOINT"))
                        .isEqualTo("http://collector:4318"));
    }

    private static List<JsonNode> deployments(TemplateCommand template) throws IOException {
        return render(template).stream()
                .filter(manifest -> manifest.path("kind").asText().equals("Deployment"))
                .toList();
    }

    @Test
    void rendersWorkersThatTrainBesideTheOthersOnRequest() throws IOException {
        List<JsonNode> manifests = render(template().set("trainingWorker.enabled", "true"));

        assertThat(manifests)
                .filteredOn(manifest -> manifest.path("kind").asText().equals("Deployment"))
                .extracting(manifest -> manifest.at("/metadata/name").asText() + " "
                        + manifest.at("/spec/template/spec/containers/0/image").asText())
                .anyMatch(worker -> worker.startsWith("prod-quantizer-worker quantfleet/quantizer-worker:"))
                .anyMatch(worker -> worker.startsWith("prod-training-worker quantfleet/quantizer-worker-train:"));
    }

    @Test
    void rendersDashboardsAndRulesOnRequest() throws IOException {
        List<JsonNode> manifests =
                render(template().set("monitoring.dashboards", "true").set("monitoring.rules", "true"));

        assertThat(manifests)
                .filteredOn(manifest -> manifest.path("kind").asText().equals("ConfigMap"))
                .singleElement()
                .satisfies(dashboards -> {
                    assertThat(dashboards.path("data")).hasSize(5);
                    assertThat(new YAMLMapper()
                                    .readTree(dashboards
                                            .at("/data/quantfleet-fleet.json")
                                            .asText())
                                    .path("panels"))
                            .isNotEmpty();
                });
        assertThat(manifests)
                .filteredOn(manifest -> manifest.path("kind").asText().equals("PrometheusRule"))
                .singleElement()
                .satisfies(rules -> assertThat(rules.at("/spec/groups/0/rules")).hasSizeGreaterThan(10));
    }

    @Test
    void everyContainerRunsWithoutRootAndWithoutPrivileges() throws IOException {
        List<JsonNode> pods = render(template().set("agent.enabled", "true")).stream()
                .map(manifest -> manifest.at("/spec/template/spec"))
                .filter(JsonNode::isObject)
                .toList();

        assertThat(pods).hasSize(3).allSatisfy(pod -> {
            assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
            JsonNode container = pod.at("/containers/0");
            assertThat(container.at("/securityContext/allowPrivilegeEscalation").asBoolean(true))
                    .isFalse();
            assertThat(container.at("/securityContext/readOnlyRootFilesystem").asBoolean())
                    .isTrue();
            assertThat(container.path("livenessProbe")).isNotEmpty();
            assertThat(container.at("/resources/limits/memory").asText()).isNotEmpty();
        });
    }

    @Test
    void anExistingObjectStoreIsUsedAndNoneMade() throws IOException {
        List<JsonNode> manifests = render(template().set("objectStore.existingClaim", "shared"));

        assertThat(manifests)
                .noneMatch(manifest -> manifest.path("kind").asText().equals("PersistentVolumeClaim"))
                .filteredOn(manifest -> manifest.path("kind").asText().equals("Deployment"))
                .allSatisfy(manifest ->
                        assertThat(manifest.findValuesAsText("claimName")).containsExactly("shared"));
    }

    @Test
    void theSchemaRefusesValuesThatCannotBeRight() {
        assertThatThrownBy(() -> template().set("mqtt.uri", "broker").call()).hasMessageContaining("uri");
        assertThatThrownBy(() -> template().set("worker.replica", "2").call()).hasMessageContaining("replica");
    }

    private static TemplateCommand template() {
        return new Helm(CHART).template().withName("prod");
    }

    private static List<JsonNode> render(TemplateCommand command) throws IOException {
        try (MappingIterator<JsonNode> documents =
                new YAMLMapper().readerFor(JsonNode.class).readValues(command.call())) {
            return documents.readAll().stream().filter(JsonNode::isObject).toList();
        }
    }

    private static String environment(JsonNode workload, String name) {
        return StreamSupport.stream(
                        workload.at("/spec/template/spec/containers/0/env").spliterator(), false)
                .filter(variable -> variable.path("name").asText().equals(name))
                .findFirst()
                .map(variable -> variable.path("value").asText())
                .orElse("");
    }
}
