package io.quantfleet.controlplane.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What the log keeps of a request's body: its JSON, with a mark in place of every secret. */
final class AuditDetails {
    private static final String HIDDEN = "(secret)";
    private static final List<String> SECRET = List.of("secret", "password", "token", "credential", "authorization");

    private AuditDetails() {}

    /** The details in a body; empty if it is no JSON object. */
    static Optional<JsonNode> of(ObjectMapper json, byte[] body) {
        try {
            JsonNode read = json.readTree(body);
            if (read == null || !read.isObject()) {
                return Optional.empty();
            }
            hide(read);
            return Optional.of(read);
        } catch (JsonProcessingException e) {
            // The call will be refused for it.
            return Optional.empty();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void hide(JsonNode node) {
        if (node instanceof ObjectNode object) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            for (String name : names) {
                if (isSecret(name)) {
                    object.put(name, HIDDEN);
                } else {
                    hide(object.get(name));
                }
            }
        } else {
            node.forEach(AuditDetails::hide);
        }
    }

    private static boolean isSecret(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return SECRET.stream().anyMatch(lower::contains);
    }
}
