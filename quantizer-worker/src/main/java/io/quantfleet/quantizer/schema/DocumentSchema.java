package io.quantfleet.quantizer.schema;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.path.PathType;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A published JSON Schema, and the YAML documents that it admits. The schema is a resource of {@code protocols}, so
 * that whoever takes such documents checks them by the same rules. Safe for use by several threads.
 */
public final class DocumentSchema {
    private static final String FOLDER = "/io/quantfleet/protocols/schema/";

    private final YAMLMapper yaml = YAMLMapper.builder(YAMLFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private final ReasonCode code;
    private final JsonNode text;
    private final Schema schema;

    private DocumentSchema(ReasonCode code, String json) throws JsonProcessingException {
        this.code = code;
        this.text = JsonMapper.builder().build().readTree(json);
        SchemaRegistryConfig config = SchemaRegistryConfig.builder()
                .pathType(PathType.JSON_PATH)
                .locale(Locale.ROOT)
                .build();
        this.schema = SchemaRegistry.withDefaultDialect(
                        SpecificationVersion.DRAFT_2020_12, registry -> registry.schemaRegistryConfig(config))
                .getSchema(json, InputFormat.JSON);
    }

    /**
     * Loads a schema.
     *
     * @param name its file name among the schemas of {@code protocols}
     * @param code the reason given when a document does not satisfy it
     */
    public static DocumentSchema load(String name, ReasonCode code) {
        try (InputStream in = DocumentSchema.class.getResourceAsStream(FOLDER + name)) {
            if (in == null) {
                throw new IllegalStateException("no schema " + name + " on the class path");
            }
            return new DocumentSchema(code, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("can't read the schema " + name, e);
        }
    }

    /**
     * Parses a document and checks it.
     *
     * @param document the YAML text
     * @param source what messages call it: a file's name
     * @throws QuantizerException if it is no YAML, or breaks the schema; the message lists every fault
     */
    public JsonNode read(String document, String source) {
        JsonNode root = parse(document, source);
        List<SchemaFault> faults = faults(root);
        if (!faults.isEmpty()) {
            throw new QuantizerException(
                    code,
                    faults.stream().map(SchemaFault::toString).collect(Collectors.joining("; ", source + ": ", "")));
        }
        return root;
    }

    private JsonNode parse(String document, String source) {
        try {
            JsonNode root = yaml.readTree(document);
            if (root == null || !root.isObject()) {
                throw new QuantizerException(
                        code, source + ": is " + kind(root) + "; it must consist of 'key: value' lines");
            }
            return root;
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
            throw new QuantizerException(
                    code, source + ": line " + line + " is not valid YAML: " + firstLine(e.getOriginalMessage()), e);
        }
    }

    private static String kind(JsonNode root) {
        return root == null || root.isMissingNode() || root.isNull()
                ? "an empty file"
                : "a mere " + root.getNodeType().name().toLowerCase(Locale.ROOT);
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse(message);
    }

    private List<SchemaFault> faults(JsonNode root) {
        List<SchemaFault> faults = new ArrayList<>();
        for (Error error : schema.validate(root.toString(), InputFormat.JSON)) {
            SchemaFault fault = fault(error);
            if (!faults.contains(fault)) {
                faults.add(fault);
            }
        }
        return faults;
    }

    private SchemaFault fault(Error error) {
        String path = error.getInstanceLocation().toString().replaceFirst("^\\$\\.?", "");
        JsonPointer keyword =
                JsonPointer.compile(error.getSchemaLocation().getFragment().toString());
        JsonNode rules = text.at(keyword.head());
        String property = error.getProperty();
        return switch (error.getKeyword()) {
            case "required" ->
                new SchemaFault(
                        path.isEmpty() ? property : path + "." + property,
                        "is missing",
                        description(rules.path("properties").path(property)));
            case "additionalProperties" ->
                new SchemaFault(
                        path.isEmpty() ? property : path + "." + property,
                        "is not known here",
                        "Known are " + String.join(", ", names(rules.path("properties"))));
            default -> new SchemaFault(path, error.getMessage(), description(rules));
        };
    }

    private String description(JsonNode rules) {
        if (rules.has("description")) {
            return rules.get("description").asText();
        }
        String reference = rules.path("$ref").asText();
        return reference.isEmpty() ? "" : description(text.at(reference.substring(1)));
    }

    private static List<String> names(JsonNode properties) {
        List<String> names = new ArrayList<>();
        properties.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
