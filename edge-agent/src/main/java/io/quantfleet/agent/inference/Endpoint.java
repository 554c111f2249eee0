package io.quantfleet.agent.inference;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a path asks for.
 *
 * @param model which model; empty where the path names none
 * @param version which version of it; empty for the one that serves, whichever it is
 */
record Endpoint(Kind kind, Optional<String> model, Optional<String> version) {
    enum Kind {
        SERVER("GET"),
        LIVE("GET"),
        READY("GET"),
        MODEL("GET"),
        MODEL_READY("GET"),
        INFER("POST"),
        FEEDBACK("POST");

        private final String method;

        Kind(String method) {
            this.method = method;
        }

        /** The one HTTP method that it answers. */
        String method() {
            return method;
        }
    }

    private static final Pattern MODEL = Pattern.compile("/v2/models/([^/]+)(?:/versions/([^/]+))?(/[a-z]+)?");

    /** Empty if there is nothing at this path. */
    static Optional<Endpoint> at(String path) {
        return switch (path) {
            case "/v2", "/v2/" -> Optional.of(ofServer(Kind.SERVER));
            case "/v2/health/live" -> Optional.of(ofServer(Kind.LIVE));
            case "/v2/health/ready" -> Optional.of(ofServer(Kind.READY));
            default -> {
                Matcher matcher = MODEL.matcher(path);
                yield matcher.matches() ? ofModel(matcher) : Optional.empty();
            }
        };
    }

    private static Endpoint ofServer(Kind kind) {
        return new Endpoint(kind, Optional.empty(), Optional.empty());
    }

    private static Optional<Endpoint> ofModel(Matcher matcher) {
        Optional<Kind> kind =
                switch (Optional.ofNullable(matcher.group(3)).orElse("")) {
                    case "" -> Optional.of(Kind.MODEL);
                    case "/ready" -> Optional.of(Kind.MODEL_READY);
                    case "/infer" -> Optional.of(Kind.INFER);
                    case "/feedback" -> Optional.of(Kind.FEEDBACK);
                    default -> Optional.empty();
                };
        return kind.map(
                found -> new Endpoint(found, Optional.of(matcher.group(1)), Optional.ofNullable(matcher.group(2))));
    }
}
