package io.quantfleet.controlplane.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The examples in the description of the REST interface, by operation: of its request, and of its answer when it
 * succeeds. They are in {@code api-examples.yaml}.
 */
final class ApiExamples {
    /** What an operation takes and gives; either may be absent. */
    private record Example(Optional<Object> request, Optional<Object> answer) {}

    private final Map<String, Map<String, Object>> examples;

    private ApiExamples(Map<String, Map<String, Object>> examples) {
        this.examples = examples;
    }

    static ApiExamples load() {
        // Jackson leaves aliases alone.
        Yaml yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
        try (InputStream in = Objects.requireNonNull(ApiExamples.class.getResourceAsStream("api-examples.yaml"))) {
            return new ApiExamples(yaml.load(in));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Adds what there is for an operation. */
    void describe(Operation operation) {
        Example example = example(String.valueOf(operation.getOperationId()));
        Optional.ofNullable(operation.getRequestBody())
                .ifPresent(body -> example.request().ifPresent(value -> set(body.getContent(), value)));
        Stream.of("200", "201")
                .map(operation.getResponses()::getAPIResponse)
                .filter(Objects::nonNull)
                .forEach(response -> example.answer().ifPresent(value -> set(response.getContent(), value)));
    }

    private Example example(String operationId) {
        Map<String, Object> found = examples.getOrDefault(operationId, Map.of());
        return new Example(Optional.ofNullable(found.get("request")), Optional.ofNullable(found.get("answer")));
    }

    private static void set(Content content, Object value) {
        for (MediaType type : content.getMediaTypes().values()) {
            type.setExample(value);
        }
    }
}
