package io.quantfleet.controlplane.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.eclipse.microprofile.openapi.models.Components;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * What the properties of the REST interface's schemas mean: by schema and property, or by property where a name means the
 * same everywhere. It is in {@code api-properties.yaml}.
 */
final class ApiProperties {
    private static final String EVERYWHERE = "everywhere";

    private final Map<String, Map<String, String>> descriptions;

    private ApiProperties(Map<String, Map<String, String>> descriptions) {
        this.descriptions = descriptions;
    }

    static ApiProperties load() {
        Yaml yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
        try (InputStream in = Objects.requireNonNull(ApiProperties.class.getResourceAsStream("api-properties.yaml"))) {
            return new ApiProperties(yaml.load(in));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Describes what is not described where it is declared. */
    void describe(Components components) {
        components.getSchemas().forEach((name, schema) -> Optional.ofNullable(schema.getProperties())
                .ifPresent(properties -> properties.forEach((property, of) -> describe(name, property, of))));
    }

    private void describe(String schema, String property, Schema of) {
        if (of.getDescription() == null) {
            Optional.ofNullable(descriptions.getOrDefault(schema, Map.of()).get(property))
                    .or(() -> Optional.ofNullable(
                            descriptions.getOrDefault(EVERYWHERE, Map.of()).get(property)))
                    .ifPresent(of::setDescription);
        }
    }
}
