package io.quantfleet.controlplane.audit;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a call of the REST interface does, as its method and its path say: {@code POST rollouts/ID/pause} does
 * {@code pause} to the rollout of that id.
 *
 * @param kind of what it changes: the first segment of the path behind {@code /api/v1}
 * @param subject the id or the name of it; empty where the call makes it
 */
record AuditedCall(String kind, String subject, String action) {
    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");
    /** What devices do themselves is in their timelines, and trying out a query changes nothing. */
    private static final Set<String> LEFT_OUT = Set.of("enrolments", "fleets/preview");

    /**
     * The call, if it changes something that people answer for.
     *
     * @param segments of the path, decoded, beginning with {@code api}
     */
    static Optional<AuditedCall> of(String method, List<String> segments, boolean dryRun) {
        if (READING.contains(method)
                || dryRun
                || segments.size() < 3
                || !segments.get(0).equals("api")) {
            return Optional.empty();
        }
        List<String> path = segments.subList(2, segments.size());
        if (LEFT_OUT.contains(String.join("/", path))) {
            return Optional.empty();
        }
        return Optional.of(of(method, path));
    }

    private static AuditedCall of(String method, List<String> path) {
        String kind = path.get(0);
        String last = path.get(path.size() - 1);
        boolean posted = method.equals("POST");
        if (path.size() == 1) {
            return new AuditedCall(kind, "", verb(method));
        }
        if (path.size() == 2 && posted) {
            return new AuditedCall(kind, "", last);
        }
        boolean onPart = path.size() % 2 == 1;
        String subject = String.join("/", path.subList(1, onPart ? path.size() - 1 : path.size()));
        String action = !onPart ? verb(method) : posted ? last : verb(method) + " " + last;
        return new AuditedCall(kind, subject, action);
    }

    private static String verb(String method) {
        return switch (method) {
            case "POST" -> "create";
            case "PUT" -> "replace";
            case "PATCH" -> "change";
            default -> method.toLowerCase(java.util.Locale.ROOT);
        };
    }
}
