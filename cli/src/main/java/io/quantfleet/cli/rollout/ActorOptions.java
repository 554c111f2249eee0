package io.quantfleet.cli.rollout;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Who does it, and why; kept in the rollout's history. */
final class ActorOptions {
    @Option(
            names = "--by",
            paramLabel = "NAME",
            defaultValue = "${env:QUANTFLEET_ACTOR:-${sys:user.name}}",
            description = "Who does it (default: QUANTFLEET_ACTOR, or ${DEFAULT-VALUE}).")
    private String by = "";

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why it is done.")
    private Optional<String> reason = Optional.empty();

    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("by", by);
        reason.ifPresent(text -> fields.put("reason", text));
        return fields;
    }
}
