package io.quantfleet.cli.context;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quantfleet.cli.CliException;
import java.net.URI;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the configuration file holds.
 *
 * @param current the name of the context in use
 * @param contexts by their names
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Contexts(@Nullable String current, SortedMap<String, Context> contexts) {
    /** One control plane. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Context(URI server, @Nullable String token) {
        Server toServer() {
            return new Server(server, Optional.ofNullable(token));
        }

        /** Never the token. */
        @Override
        public String toString() {
            return toServer().toString();
        }
    }

    Contexts {
        contexts = new TreeMap<>(Objects.requireNonNullElseGet(contexts, TreeMap::new)); // Jackson: null where absent
    }

    static Contexts none() {
        return new Contexts(null, new TreeMap<>());
    }

    /** The context of that name. */
    Context require(String name) {
        Context context = contexts.get(name);
        if (context == null) {
            throw new CliException("there is no context '" + name + "'; "
                    + (contexts.isEmpty()
                            ? "make one with 'quantfleet context set " + name + " --server URL'"
                            : "there are " + String.join(", ", contexts.keySet())));
        }
        return context;
    }

    Contexts using(String name) {
        require(name);
        return new Contexts(name, contexts);
    }

    /** With that context; it is in use if none was. */
    Contexts with(String name, Context context) {
        SortedMap<String, Context> changed = new TreeMap<>(contexts);
        changed.put(name, context);
        return new Contexts(current == null ? name : current, changed);
    }

    Contexts without(String name) {
        require(name);
        SortedMap<String, Context> changed = new TreeMap<>(contexts);
        changed.remove(name);
        return new Contexts(name.equals(current) ? null : current, changed);
    }
}
