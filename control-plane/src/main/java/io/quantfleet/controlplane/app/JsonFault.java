package io.quantfleet.controlplane.app;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Objects;
import java.util.stream.Collectors;

/** What is wrong with a request's JSON, in the words of who wrote it: fields by their paths, no classes of ours. */
final class JsonFault {
    private JsonFault() {}

    static String describe(JsonProcessingException e) {
        if (e instanceof UnrecognizedPropertyException unknown) {
            return "there is no field '" + path(unknown) + "'; there may be " + list(unknown.getKnownPropertyIds());
        }
        if (e instanceof InvalidFormatException misfit && misfit.getTargetType().isEnum()) {
            return "'" + path(misfit) + "' is '" + misfit.getValue() + "'; it is one of "
                    + list(Arrays.asList(misfit.getTargetType().getEnumConstants()));
        }
        if (e instanceof InvalidFormatException misfit) {
            return "'" + path(misfit) + "' is '" + misfit.getValue() + "'; it is " + kind(misfit.getTargetType());
        }
        if (e instanceof JsonMappingException unfit && !unfit.getPath().isEmpty()) {
            return "'" + path(unfit) + "' is not of the type that belongs there; the API's description has it";
        }
        if (e instanceof JsonParseException malformed) {
            return "it is not JSON: " + malformed.getOriginalMessage() + place(malformed);
        }
        return "it is not what belongs there; the API's description has it";
    }

    private static String kind(Class<?> type) {
        if (type == Duration.class) {
            return "a duration such as PT10M";
        }
        if (type == Instant.class) {
            return "a time such as 2026-01-31T12:00:00Z";
        }
        boolean whole = type == int.class || type == long.class || type == Integer.class || type == Long.class;
        return whole ? "a whole number" : type == double.class || type == Double.class ? "a number" : "something else";
    }

    private static String path(JsonMappingException e) {
        StringBuilder path = new StringBuilder();
        for (JsonMappingException.Reference step : e.getPath()) {
            if (step.getFieldName() == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
            }
        }
        return path.toString();
    }

    private static String place(JsonParseException e) {
        return e.getLocation() == null
                ? ""
                : " (line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr() + ")";
    }

    private static String list(Collection<?> names) {
        return names.stream()
                .filter(Objects::nonNull)
                .map(Object::toString)
                .sorted()
                .collect(Collectors.joining(", "));
    }
}
