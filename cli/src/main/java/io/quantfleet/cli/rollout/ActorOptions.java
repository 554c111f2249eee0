package io.quantfleet.cli.rollout;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Who does it, and why; kept in the rollout's history. */
final class ActorOptions {
    @Option(names = "--by", paramLabel = "NAME", description = "Who does it: the same as --actor.")
    private Optional<String> by = Optional.empty();

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why it is done.")
    private Optional<String> reason = Optional.empty();

    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        by.ifPresent(name -> fields.put("by", name));
        reason.ifPresent(text -> fields.put("reason", text));
        return fields;
    }
}
