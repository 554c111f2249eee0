package io.quantfleet.cli.apply;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quantfleet.cli.client.ApiException;
import io.quantfleet.cli.client.FilterMistake;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One document of a file.
 *
 * @param spec what the thing of that kind and name should be
 * @param file as the user named it
 * @param lines the line that the value at each JSON pointer begins on, from 1
 */
record Document(Kind kind, String name, ObjectNode spec, String file, Map<String, Integer> lines) {
    private static final String SPEC = "/spec";
    private static final Pattern QUOTED = Pattern.compile("(?:'[A-Za-z][A-Za-z0-9.]*')|(?:\"[A-Za-z][A-Za-z0-9.]*\")");

    Document {
        lines = Map.copyOf(lines);
    }

    /** What it is about, as {@code Fleet 'press-line'}. */
    String title() {
        return kind.label() + " '" + name + "'";
    }

    /** Where it begins. */
    String place() {
        return file + ":" + line("");
    }

    /** A message about a place in the spec, which names file, line and document. */
    String message(String pointerInSpec, String text) {
        return file + ":" + line(SPEC + pointerInSpec) + ": " + title() + ": " + text;
    }

    /** What the control plane has against it, with the line that it is about. */
    String message(ApiException refusal) {
        String text = String.valueOf(refusal.getMessage());
        if (!refusal.faults().isEmpty()) {
            return refusal.faults().stream()
                    .map(fault -> message(fault.at(), fault.message()))
                    .collect(Collectors.joining(System.lineSeparator()));
        }
        OptionalInt position = refusal.position();
        if (position.isPresent() && spec.path("query").isTextual()) {
            String drawing = FilterMistake.drawing(spec.path("query").asText(), position.getAsInt());
            return message("/query", text + System.lineSeparator() + drawing);
        }
        return message(mentioned(text), text);
    }

    /** The first field of the spec that a message names in quotes; the spec itself if it names none. */
    private String mentioned(String text) {
        List<String> names = QUOTED.matcher(text)
                .results()
                .map(MatchResult::group)
                .map(quoted -> quoted.substring(1, quoted.length() - 1).replace('.', '/'))
                .toList();
        return names.stream()
                .flatMap(name -> lines.keySet().stream()
                        .filter(pointer -> pointer.startsWith(SPEC + "/") && pointer.endsWith("/" + name)))
                .map(pointer -> pointer.substring(SPEC.length()))
                .findFirst()
                .orElse("");
    }

    /** The line of a place, or of what is around it. */
    private int line(String pointer) {
        String around = pointer;
        while (!lines.containsKey(around) && !around.isEmpty()) {
            around = around.substring(0, Math.max(0, around.lastIndexOf('/')));
        }
        return lines.getOrDefault(around, 1);
    }
}
