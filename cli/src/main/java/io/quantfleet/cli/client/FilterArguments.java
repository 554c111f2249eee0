package io.quantfleet.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.quantfleet.cli.CliException;
import io.quantfleet.cli.terminal.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** The options that every command which lists things has. */
public final class FilterArguments {
    @Option(
            names = "--filter",
            defaultValue = "",
            paramLabel = "FILTER",
            description = "Which ones, as in: class = rpi-cpu and label.site in (berlin, lyon) and agent >= 1.2")
    private String filter = "";

    @Option(
            names = "--limit",
            defaultValue = "100",
            paramLabel = "N",
            description = "How many at most. Default: ${DEFAULT-VALUE}")
    private int limit;

    /** The things at a path that match, no more than the limit; and whether there are more. */
    public Listing list(ControlPlaneClient client, String path, Map<String, String> query) {
        if (limit < 1) {
            throw new CliException("--limit must be at least 1, not " + limit);
        }
        return FilterMistake.pointedOut(filter, () -> client.list(path, query, filter, limit));
    }

    /** Part of a list. */
    public record Listing(List<JsonNode> items, boolean more) {
        public Listing {
            items = List.copyOf(items);
        }

        /** The lines of a table of it, and one more that says so where there is more. */
        public List<String> lines(Table table) {
            List<String> lines = new ArrayList<>(table.lines());
            if (more) {
                lines.add("");
                lines.add("  There are more; --limit shows them.");
            }
            return lines;
        }
    }
}
