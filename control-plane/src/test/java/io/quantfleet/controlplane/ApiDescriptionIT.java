package io.quantfleet.controlplane;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.quantfleet.controlplane.testing.EmbeddedParts;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The description of the REST interface that the control plane serves: the one in the repository, so that no change of
 * the interface is made unseen, and complete.
 */
@QuarkusTest
@WithTestResource(EmbeddedParts.class)
class ApiDescriptionIT {
    private static final Path GOLDEN = Path.of("../docs/openapi.yaml");
    private static final String REFUSED = "Refused: ";
    private static final String UPDATE = "golden.update";
    private static final String COMMAND = "./mvnw -pl control-plane -am test -Dtest=ApiDescriptionIT"
            + " -Dsurefire.failIfNoSpecifiedTests=false -D" + UPDATE + "=true";

    private final ObjectMapper json = new ObjectMapper();
    private JsonNode api = json.createObjectNode();

    @BeforeEach
    void read() throws IOException {
        api = json.readTree(when().get("/q/openapi?format=json")
                .then()
                .statusCode(200)
                .extract()
                .asString());
    }

    @Test
    void isTheOneInTheRepository() throws IOException {
        String served = given().accept("application/yaml")
                .get("/q/openapi")
                .then()
                .statusCode(200)
                .extract()
                .asString();
        if (Boolean.getBoolean(UPDATE)) {
            Files.writeString(GOLDEN, served);
        }

        assertThat(served)
                .as(
                        "The REST interface is not as docs/openapi.yaml has it. If that is meant, write the file anew with\n"
                                + "  %s\nand commit it with the change.",
                        COMMAND)
                .isEqualTo(Files.readString(GOLDEN));
    }

    @Test
    void everyOperationSaysWhatItIsForAndHowItMayFail() {
        eachOperation(operation -> {
            assertThat(operation.path("operationId").asText())
                    .as("give it @Operation(operationId = …): %s", operation)
                    .isNotBlank();
            assertThat(operation.path("summary").asText()).as("%s", operation).isNotBlank();
            assertThat(operation.path("responses").fieldNames())
                    .toIterable()
                    .as("%s", operation)
                    .contains("500", "503");
        });
    }

    @Test
    void everyRefusalHasAnExampleOfEachCode() {
        eachOperation(operation -> operation.path("responses").forEach(given -> {
            String shared = given.path("$ref").asText();
            JsonNode response = shared.isEmpty()
                    ? given
                    : api.path("components").path("responses").path(shared.substring(shared.lastIndexOf('/') + 1));
            String description = response.path("description").asText();
            if (description.startsWith(REFUSED)) {
                assertThat(response.at("/content/application~1problem+json/examples")
                                .fieldNames())
                        .toIterable()
                        .as("examples in ApiProblems of %s", description)
                        .containsExactlyInAnyOrder(
                                description.substring(REFUSED.length()).split(", "));
            }
        }));
    }

    @Test
    void noExampleIsOfAnOperationThatThereIsNot() throws IOException {
        List<String> operations = new ArrayList<>();
        eachOperation(operation -> operations.add(operation.path("operationId").asText()));
        JsonNode examples;
        try (InputStream in = ApiDescriptionIT.class.getResourceAsStream("app/api-examples.yaml")) {
            examples = new ObjectMapper(new YAMLFactory()).readTree(in);
        }

        assertThat(operations).containsAll(examples::fieldNames);
    }

    @Test
    void everyPropertySaysWhatItMeans() {
        List<String> wordless = new ArrayList<>();
        api.path("components").path("schemas").properties().forEach(schema -> schema.getValue()
                .path("properties")
                .properties()
                .forEach(property -> {
                    if (property.getValue().path("description").asText().isBlank()) {
                        wordless.add(schema.getKey() + "." + property.getKey());
                    }
                }));

        assertThat(wordless).as("say it in api-properties.yaml").isEmpty();
    }

    @Test
    void nothingIsSaidOfASchemaThatThereIsNot() throws IOException {
        JsonNode described;
        try (InputStream in = ApiDescriptionIT.class.getResourceAsStream("app/api-properties.yaml")) {
            described = new ObjectMapper(new YAMLFactory()).readTree(in);
        }
        List<String> schemas = new ArrayList<>(List.of("everywhere"));
        api.path("components").path("schemas").fieldNames().forEachRemaining(schemas::add);

        assertThat(schemas).containsAll(described::fieldNames);
    }

    @Test
    void everyBodyInJsonHasAnExampleThatFitsItsSchema() {
        List<String> wrong = new ArrayList<>();
        eachOperation(operation -> {
            String id = operation.path("operationId").asText();
            check(id + ", request", operation.path("requestBody").path("content"), wrong);
            for (String status : List.of("200", "201")) {
                JsonNode content = operation.path("responses").path(status).path("content");
                check(id + ", " + status, content, wrong);
            }
        });

        assertThat(wrong).isEmpty();
    }

    private void check(String what, JsonNode content, List<String> wrong) {
        for (String type : List.of("application/json", "multipart/form-data")) {
            JsonNode body = content.path(type);
            if (body.isMissingNode()) {
                continue;
            }
            if (!body.has("example")) {
                wrong.add(what + " has no example");
                continue;
            }
            schema(body.path("schema"))
                    .validate(body.path("example").toString(), InputFormat.JSON)
                    .forEach(fault -> wrong.add(what + ": " + fault));
        }
    }

    /** With every named schema closed, so that an example with a field that there is not does not fit. */
    private Schema schema(JsonNode schema) {
        ObjectNode whole = schema.deepCopy();
        ObjectNode components = api.path("components").deepCopy();
        components.path("schemas").forEach(named -> {
            if (named.has("properties")) {
                ((ObjectNode) named).put("additionalProperties", false);
            }
        });
        whole.set("components", components);
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(whole.toString(), InputFormat.JSON);
    }

    private void eachOperation(Consumer<JsonNode> check) {
        api.path("paths")
                .forEach(path -> path.forEach(operation -> {
                    if (operation.has("responses")) {
                        check.accept(operation);
                    }
                }));
    }
}
