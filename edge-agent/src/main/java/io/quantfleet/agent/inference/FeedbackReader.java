package io.quantfleet.agent.inference;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads true labels: {@code {"id": "…", "label": 3}}, or {@code "labels"} with one for each sample of the request. */
final class FeedbackReader {
    /**
     * What would have been right.
     *
     * @param id of the request
     * @param labels index of the right class, for each of its samples
     */
    record Feedback(String id, List<Integer> labels) {}

    private final JsonFactory json;

    FeedbackReader(JsonFactory json) {
        this.json = json;
    }

    /**
     * Reads it.
     *
     * @param names of the model's classes; a label may be one of them, or an index
     */
    Feedback read(byte[] body, List<String> names) {
        try (JsonParser parser = json.createParser(body)) {
            return read(parser, names);
        } catch (JsonProcessingException e) {
            throw RequestReader.malformed(e);
        } catch (IOException e) {
            throw new IllegalStateException("bytes in memory can't be read", e);
        }
    }

    private static Feedback read(JsonParser parser, List<String> names) throws IOException {
        String id = "";
        List<Integer> labels = new ArrayList<>();
        RequestReader.expect(parser, parser.nextToken(), JsonToken.START_OBJECT, "the request");
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (field) {
                case "id" -> {
                    RequestReader.expect(parser, value, JsonToken.VALUE_STRING, field);
                    id = parser.getText();
                }
                case "label" -> labels.add(label(parser, value, names));
                case "labels" -> {
                    RequestReader.expect(parser, value, JsonToken.START_ARRAY, field);
                    for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
                        labels.add(label(parser, next, names));
                    }
                }
                default ->
                    throw RequestException.bad(
                            "there is no '" + field + "' in feedback; it is {\"id\": …, \"label\": …}");
            }
        }
        if (id.isEmpty() || labels.isEmpty()) {
            throw RequestException.bad("feedback needs the id of a request and a label: {\"id\": …, \"label\": …}");
        }
        return new Feedback(id, labels);
    }

    private static int label(JsonParser parser, JsonToken token, List<String> names) throws IOException {
        if (token == JsonToken.VALUE_STRING) {
            int index = names.indexOf(parser.getText());
            if (index < 0) {
                throw RequestException.bad("the model has no class named '" + parser.getText() + "'"
                        + (names.isEmpty() ? "; its classes have no names, give an index" : ""));
            }
            return index;
        }
        RequestReader.expect(parser, token, JsonToken.VALUE_NUMBER_INT, "a label");
        int index = parser.getIntValue();
        if (index < 0 || (!names.isEmpty() && index >= names.size())) {
            throw RequestException.bad("label " + index + " is none of the model's"
                    + (names.isEmpty() ? "; labels count from 0" : " " + names.size() + " classes, counted from 0"));
        }
        return index;
    }
}
