package io.quantfleet.cli.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quantfleet.cli.CliException;
import io.quantfleet.cli.client.ApiException;
import io.quantfleet.cli.client.ControlPlaneClient;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What applying documents would do, in the order that it would be done in. It is found out without changing anything,
 * and what the control plane would refuse is refused here.
 */
final class Plan {
    private final List<Change> changes = new ArrayList<>();
    private final List<String> mistakes = new ArrayList<>();

    private Plan() {}

    /** @throws CliException with every document that would be refused, each with its place */
    static List<Change> of(ControlPlaneClient client, List<Document> documents) {
        List<Document> ordered = documents.stream()
                .sorted(Comparator.comparingInt(document -> Kind.ALL.indexOf(document.kind())))
                .toList();
        Map<Document, Optional<Current>> current = new LinkedHashMap<>();
        ordered.forEach(document -> current.put(document, document.kind().current(client, document)));
        ToCome toCome = new ToCome(missing(current, FleetKind.class), missing(current, AlertReceiverKind.class));
        Plan plan = new Plan();
        current.forEach((document, found) -> plan.add(client, document, found, toCome));
        if (!plan.mistakes.isEmpty()) {
            throw new CliException(String.join(System.lineSeparator(), plan.mistakes) + System.lineSeparator()
                    + "Nothing was applied.");
        }
        return List.copyOf(plan.changes);
    }

    private static Set<String> missing(Map<Document, Optional<Current>> current, Class<? extends Kind> kind) {
        return current.entrySet().stream()
                .filter(entry -> kind.isInstance(entry.getKey().kind())
                        && entry.getValue().isEmpty())
                .map(entry -> entry.getKey().name())
                .collect(Collectors.toSet());
    }

    private void add(ControlPlaneClient client, Document document, Optional<Current> current, ToCome toCome) {
        try {
            JsonNode wanted = document.kind().wanted(client, document, current.map(Current::spec), toCome);
            List<String> unknown = new ArrayList<>();
            findUnknown("", document.spec(), wanted, unknown);
            unknown.forEach(pointer -> mistakes.add(document.message(pointer, unknownField(pointer))));
            changes.add(Change.of(document, current, wanted));
        } catch (ApiException e) {
            mistakes.add(document.message(e));
        }
    }

    /** What was said and is not in what it amounts to is no field: a misspelt one must not be passed over. */
    private static void findUnknown(String pointer, JsonNode said, JsonNode wanted, List<String> unknown) {
        if (said instanceof ObjectNode object) {
            object.properties().forEach(field -> {
                String below = pointer + "/" + field.getKey();
                JsonNode value = field.getValue();
                boolean says = !value.isNull()
                        && !(value.isTextual() && value.textValue().isBlank());
                if (says && !wanted.hasNonNull(field.getKey()) && !(value.isContainerNode() && value.isEmpty())) {
                    unknown.add(below);
                } else {
                    findUnknown(below, value, wanted.path(field.getKey()), unknown);
                }
            });
        } else if (said.isArray() && said.size() == wanted.size()) {
            for (int i = 0; i < said.size(); i++) {
                findUnknown(pointer + "/" + i, said.get(i), wanted.path(i), unknown);
            }
        }
    }

    private static String unknownField(String pointer) {
        String name = pointer.substring(pointer.lastIndexOf('/') + 1);
        return "there is no field '" + name + "' here, or it says nothing; docs/command-line.md names the fields";
    }
}
