package io.quantfleet.controlplane;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.quantfleet.protocols.ReasonCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A JSON Schema that {@code protocols} publishes, and the YAML documents that satisfy it. Safe for use by several
 * threads.
 */
public final class YamlSchema {
    private static final String FOLDER = "/io/quantfleet/protocols/schema/";
    private static final YAMLMapper YAML = YAMLMapper.builder(YAMLFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .build();

    private final Schema schema;
    private final String what;
    private final ReasonCode code;

    private YamlSchema(Schema schema, String what, ReasonCode code) {
        this.schema = schema;
        this.what = what;
        this.code = code;
    }

    /**
     * Loads a schema from the class path.
     *
     * @param what the kind of document, for messages: "model description"
     * @param code given when a document is refused
     */
    public static YamlSchema load(String fileName, String what, ReasonCode code) {
        try (InputStream in = YamlSchema.class.getResourceAsStream(FOLDER + fileName)) {
            if (in == null) {
                throw new IllegalStateException("no schema " + fileName + " on the class path");
            }
            String json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            Schema schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(json, InputFormat.JSON);
            return new YamlSchema(schema, what, code);
        } catch (IOException e) {
            throw new UncheckedIOException("can't read the schema " + fileName, e);
        }
    }

    /**
     * Parses a document.
     *
     * @throws DocumentException if it is no YAML or breaks the schema; it lists every fault with its line
     */
    public JsonNode parse(String document) {
        JsonNode root;
        try {
            root = YAML.readTree(document);
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr());
            String message = e.getOriginalMessage().lines().findFirst().orElse("not YAML");
            throw new DocumentException(
                    code, "the " + what + " is not valid YAML: ", List.of(new DocumentFault(line, "", message)));
        }
        if (root == null || !root.isObject()) {
            throw new ControlPlaneException(code, "the " + what + " is empty or no YAML mapping");
        }
        List<Error> faults = schema.validate(root.toString(), InputFormat.JSON);
        if (!faults.isEmpty()) {
            YamlLines lines = YamlLines.of(YAML, document);
            throw new DocumentException(
                    code,
                    "the " + what + " is refused: ",
                    faults.stream()
                            .map(fault -> new DocumentFault(
                                    lines.of(fault.getInstanceLocation().toString(), fault.getProperty()),
                                    fault.getInstanceLocation().toString(),
                                    fault.getMessage()))
                            .distinct()
                            .sorted(java.util.Comparator.comparingInt(DocumentFault::line))
                            .toList());
        }
        return root;
    }
}
