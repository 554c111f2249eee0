package io.quantfleet.cli.context;

import io.quantfleet.cli.CliException;
import java.net.URI;
import java.util.Optional;
import java.util.Set;

/**
 * A control plane and what it is asked with.
 *
 * @param url the console's address
 * @param token sent as {@code Authorization: Bearer}; the control plane asks for none, a proxy before it may
 */
public record Server(URI url, Optional<String> token) {
    private static final Set<String> SCHEMES = Set.of("http", "https");

    public Server {
        String problem = problem(url);
        if (!problem.isEmpty()) {
            throw new CliException("'" + url + "' is no address of a control plane: " + problem);
        }
        if (token.isPresent() && !"https".equals(url.getScheme()) && !isLoopback(url)) {
            throw new CliException(
                    "a token is not sent to " + url + ", where everyone on the way could read it;" + " use https");
        }
        token.filter(text -> !text.chars().allMatch(c -> c > ' ' && c < 127)).ifPresent(text -> {
            throw new CliException("the token holds characters that a header can't carry, as spaces or line ends");
        });
    }

    /** Without a token. */
    public static Server of(URI url) {
        return new Server(url, Optional.empty());
    }

    private static String problem(URI url) {
        if (url.getScheme() == null || !SCHEMES.contains(url.getScheme()) || url.getHost() == null) {
            return "it begins with http:// or https:// and names a host, as http://127.0.0.1:8080";
        }
        return url.getRawUserInfo() == null ? "" : "it holds a user or a password; those don't belong into it";
    }

    private static boolean isLoopback(URI url) {
        String host = url.getHost();
        return host.equals("localhost") || host.equals("[::1]") || host.matches("127(\\.\\d{1,3}){3}");
    }

    /** Never the token. */
    @Override
    public String toString() {
        return url + (token.isPresent() ? " with a token" : "");
    }
}
