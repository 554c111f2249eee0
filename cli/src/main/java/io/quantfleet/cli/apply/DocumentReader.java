package io.quantfleet.cli.apply;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.quantfleet.cli.CliException;
import io.quantfleet.cli.terminal.InputFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Reads files of YAML documents, each of which has {@code kind}, {@code name} and {@code spec}. */
final class DocumentReader {
    private static final YAMLMapper YAML = new YAMLMapper(YAMLFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build());
    private static final Set<String> FIELDS = Set.of("kind", "name", "spec");

    private final List<Document> documents = new ArrayList<>();

    /** Every document of the files, in their order; {@code -} is standard input. */
    static List<Document> read(List<Path> files) {
        DocumentReader reader = new DocumentReader();
        files.forEach(file -> reader.readText(file.toString(), InputFile.text(file)));
        if (reader.documents.isEmpty()) {
            throw new CliException("there is no document in " + files
                    + "; each has 'kind', 'name' and 'spec', and '---' stands between two");
        }
        return List.copyOf(reader.documents);
    }

    static List<Document> readOne(String file, String text) {
        DocumentReader reader = new DocumentReader();
        reader.readText(file, text);
        return List.copyOf(reader.documents);
    }

    private void readText(String file, String text) {
        try (YAMLParser parser = YAML.getFactory().createParser(text)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                int line = parser.currentTokenLocation().getLineNr();
                if (token == JsonToken.START_OBJECT) {
                    Map<String, Integer> lines = new HashMap<>();
                    JsonNode read = whole(parser, file, lines);
                    add(document(file, line, read, lines));
                } else if (token != JsonToken.VALUE_NULL && !parser.getText().isBlank()) {
                    throw wrong(file, line, "a document has 'kind', 'name' and 'spec'; this is none");
                }
            }
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr());
            throw new CliException(
                    file + ":" + line + ": this is not YAML: "
                            + e.getOriginalMessage().lines().findFirst().orElse(""),
                    e);
        } catch (IOException e) {
            throw new CliException("can't read " + file, e);
        }
    }

    /** The object that begins here, to its end. */
    private static JsonNode whole(YAMLParser parser, String file, Map<String, Integer> lines) throws IOException {
        try (TokenBuffer buffer = new TokenBuffer(parser)) {
            int depth = 0;
            JsonToken token = parser.currentToken();
            do {
                int line = parser.currentTokenLocation().getLineNr();
                if (parser.isCurrentAlias() || parser.getObjectId() != null) {
                    throw wrong(file, line, "anchors and aliases (&, *) are not understood; write it out");
                }
                lines.putIfAbsent(parser.getParsingContext().pathAsPointer().toString(), line);
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                buffer.copyCurrentEvent(parser);
                token = depth == 0 ? token : parser.nextToken();
            } while (depth > 0);
            return YAML.readTree(buffer.asParser());
        }
    }

    private static Document document(String file, int line, JsonNode read, Map<String, Integer> lines) {
        Set<String> unknown = new TreeSet<>();
        read.fieldNames().forEachRemaining(unknown::add);
        unknown.removeAll(FIELDS);
        for (String field : unknown) {
            throw wrong(
                    file,
                    lines.getOrDefault("/" + field, line),
                    "a document has 'kind', 'name' and 'spec', and no '" + field + "'");
        }
        String label = read.path("kind").asText();
        Kind kind = Kind.of(label)
                .orElseThrow(() -> wrong(
                        file,
                        lines.getOrDefault("/kind", line),
                        (label.isEmpty() ? "'kind' is missing" : "there is no kind '" + label + "'") + "; it is one of "
                                + String.join(", ", Kind.labels())));
        String name = read.path("name").asText();
        if (name.isEmpty()) {
            throw wrong(file, line, "the " + label + " has no 'name'");
        }
        if (!(read.get("spec") instanceof ObjectNode spec)) {
            throw wrong(
                    file,
                    lines.getOrDefault("/spec", line),
                    label + " '" + name + "' has no 'spec', a mapping of its fields");
        }
        Map<String, Integer> all = new HashMap<>(lines);
        all.put("", line);
        return new Document(kind, name, spec, file, all);
    }

    private void add(Document document) {
        documents.stream()
                .filter(other -> other.kind() == document.kind() && other.name().equals(document.name()))
                .findFirst()
                .ifPresent(other -> {
                    throw new CliException(document.place() + ": " + document.title() + " is declared at "
                            + other.place() + " already; keep one of them");
                });
        documents.add(document);
    }

    private static CliException wrong(String file, int line, String what) {
        return new CliException(file + ":" + line + ": " + what);
    }
}
