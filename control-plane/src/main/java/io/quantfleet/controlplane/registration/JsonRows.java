package io.quantfleet.controlplane.registration;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** JSON lines: one object each, with {@code id}, {@code class}, {@code fleet} and {@code labels}. */
final class JsonRows implements RowFormat {
    private static final Set<String> FIELDS = Set.of("id", "class", "fleet", "labels");
    private static final ObjectReader JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .reader();

    @Override
    public Row read(String line) throws LineFaultException {
        JsonNode object = parse(line);
        if (!object.isObject()) {
            throw new LineFaultException("", "not a JSON object");
        }
        for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!FIELDS.contains(name)) {
                throw new LineFaultException(name, "there is no field '" + name + "'; use id, class, fleet, labels");
            }
        }
        return new Row(text(object, "id"), text(object, "class"), text(object, "fleet"), labels(object));
    }

    private static JsonNode parse(String line) throws LineFaultException {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            String where = e.getLocation() == null
                    ? ""
                    : " at character " + e.getLocation().getColumnNr();
            throw new LineFaultException("", "not JSON" + where + ": " + e.getOriginalMessage());
        }
    }

    private static Optional<String> text(JsonNode object, String field) throws LineFaultException {
        JsonNode value = object.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isTextual()) {
            throw new LineFaultException(field, "'" + field + "' is not a text");
        }
        return Optional.of(value.textValue());
    }

    private static Map<String, String> labels(JsonNode object) throws LineFaultException {
        JsonNode given = object.path("labels");
        if (given.isMissingNode() || given.isNull()) {
            return Map.of();
        }
        Map<String, String> labels = new HashMap<>();
        for (Map.Entry<String, JsonNode> label : given.properties()) {
            if (!label.getValue().isTextual()) {
                throw new LineFaultException("labels", "label '" + label.getKey() + "' is not a text; quote it");
            }
            labels.put(label.getKey(), label.getValue().textValue());
        }
        if (!given.isObject()) {
            throw new LineFaultException("labels", "'labels' is not an object of texts");
        }
        return labels;
    }
}
