package io.quantfleet.cli.context;

import io.quantfleet.cli.CliException;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/**
 * The control plane that a command asks, and why that one.
 *
 * @param context its name, if it is that of a context
 * @param source what named it, for people
 */
public record Target(Server server, Optional<String> context, String source) {
    private static final String ADDRESS = "QUANTFLEET_CONTROL_PLANE";
    private static final String CONTEXT = "QUANTFLEET_CONTEXT";
    private static final String TOKEN = "QUANTFLEET_TOKEN";
    private static final URI USUAL = URI.create("http://127.0.0.1:8080");

    /**
     * Chooses it: an option before the environment, that before the context in use, that before the usual address. A
     * context's token goes to the context's server alone, and the environment's token to a server that is named by its
     * address.
     *
     * @throws CliException naming what is wrong and where it comes from
     */
    public static Target choose(Optional<URI> url, Optional<String> context) {
        return choose(url, context, System.getenv());
    }

    static Target choose(Optional<URI> url, Optional<String> context, Map<String, String> environment) {
        if (url.isPresent() && context.isPresent()) {
            throw new CliException(
                    "--control-plane and --context both say which control plane to ask; give one of them");
        }
        if (url.isPresent()) {
            return new Target(new Server(url.get(), text(environment, TOKEN)), Optional.empty(), "--control-plane");
        }
        if (context.isPresent()) {
            return named(environment, context.get(), "--context");
        }
        Optional<String> address = text(environment, ADDRESS);
        if (address.isPresent()) {
            return new Target(new Server(read(address.get()), text(environment, TOKEN)), Optional.empty(), ADDRESS);
        }
        Optional<String> wanted = text(environment, CONTEXT);
        if (wanted.isPresent()) {
            return named(environment, wanted.get(), CONTEXT);
        }
        ContextFile file = ContextFile.in(environment);
        return Optional.ofNullable(file.read().current())
                .map(current -> named(environment, current, file.path().toString()))
                .orElseGet(() ->
                        new Target(new Server(USUAL, text(environment, TOKEN)), Optional.empty(), "the usual address"));
    }

    private static Target named(Map<String, String> environment, String name, String source) {
        Contexts.Context context = ContextFile.in(environment).read().require(name);
        return new Target(context.toServer(), Optional.of(name), source);
    }

    private static URI read(String address) {
        try {
            return new URI(address);
        } catch (java.net.URISyntaxException e) {
            throw new CliException(ADDRESS + " is no address of a control plane: " + e.getMessage(), e);
        }
    }

    private static Optional<String> text(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
    }
}
