package io.quantfleet.cli.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import io.quantfleet.cli.terminal.ProgressBar;
import io.quantfleet.cli.terminal.Table;
import io.quantfleet.cli.terminal.Table.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.StreamSupport;

/** Rollouts as tables for people. */
final class RolloutTables {
    private static final String NONE = "–";
    private static final double MEBI = 1 << 20;

    private RolloutTables() {}

    static Table list(List<JsonNode> rollouts) {
        Table table = new Table(
                Column.text("ROLLOUT"),
                Column.text("MODEL"),
                Column.text("FLEET"),
                Column.text("STATE"),
                Column.text("STAGE"),
                Column.text("CREATED"));
        for (JsonNode rollout : rollouts) {
            table.row(
                    text(rollout, "id"),
                    text(rollout, "model") + " v" + text(rollout, "version"),
                    text(rollout, "fleet"),
                    text(rollout, "state"),
                    stage(rollout),
                    text(rollout, "createdAt"));
        }
        return table;
    }

    static List<String> one(JsonNode rollout) {
        List<String> lines = new ArrayList<>();
        lines.add(text(rollout, "id") + "  " + text(rollout, "model") + " v" + text(rollout, "version") + " to "
                + text(rollout, "fleet") + "  " + text(rollout, "state"));
        if (rollout.hasNonNull("reason")) {
            lines.add("  " + text(rollout, "reason"));
        }
        if (rollout.hasNonNull("nextWindow")) {
            lines.add("  waits for a maintenance window of the fleet; the next one opens at "
                    + text(rollout, "nextWindow"));
        }
        JsonNode bytes = rollout.path("bytes");
        if (bytes.path("delivered").asLong() > 0) {
            lines.add("  delivered " + mebibytes(bytes.path("delivered").asDouble() / MEBI) + " MiB, saved "
                    + mebibytes(bytes.path("saved").asDouble() / MEBI)
                    + " MiB by chunks at hand, compression and deltas");
        }
        long asked = sum(rollout, "devices");
        if (asked > 0) {
            long active = sum(rollout, "active");
            lines.add("  " + ProgressBar.of(active, asked) + " " + active + " of " + asked
                    + " devices of the stages that have opened serve it");
        }
        lines.addAll(stages(rollout).lines());
        for (JsonNode stage : rollout.path("stages")) {
            for (JsonNode finding : stage.path("findings")) {
                String subject = text(finding, "subject");
                lines.add(
                        "  " + stageName(rollout, stage.path("stage").asInt()) + "  " + text(finding, "verdict") + "  "
                                + text(finding, "gate") + (subject.isEmpty() ? "" : " " + subject) + ": "
                                + text(finding, "evidence"));
            }
        }
        for (JsonNode device : rollout.path("devices")) {
            if (device.hasNonNull("reasonCode")) {
                lines.add("  " + text(device, "deviceId") + "  " + text(device, "state") + "  "
                        + text(device, "reasonCode") + ": " + text(device, "reason"));
            }
            if (device.hasNonNull("deltaReason")) {
                lines.add("  " + text(device, "deviceId") + "  its delta failed, whole chunks came instead: "
                        + text(device, "deltaReason"));
            }
        }
        return lines;
    }

    private static long sum(JsonNode rollout, String count) {
        return StreamSupport.stream(rollout.path("stages").spliterator(), false)
                .mapToLong(stage -> stage.path("counts").path(count).asLong())
                .sum();
    }

    private static Table stages(JsonNode rollout) {
        Table table = new Table(
                Column.text("STAGE"),
                Column.text("NOW"),
                Column.number("DEVICES"),
                Column.number("ACTIVE"),
                Column.number("UNDER WAY"),
                Column.number("WAITING"),
                Column.number("FAILED"),
                Column.text("GATES"));
        JsonNode opened = rollout.path("stages");
        JsonNode all = rollout.path("strategy").path("stages");
        for (int i = 0; i < all.size(); i++) {
            int index = i;
            JsonNode stage = StreamSupport.stream(opened.spliterator(), false)
                    .filter(candidate -> candidate.path("stage").asInt() == index)
                    .findFirst()
                    .orElse(com.fasterxml.jackson.databind.node.MissingNode.getInstance());
            JsonNode counts = stage.path("counts");
            boolean runs = rollout.path("stage").asInt(-1) == i;
            table.row(
                    text(all.get(i), "name"),
                    runs ? text(rollout, "phase") : NONE,
                    count(counts, "devices"),
                    count(counts, "active"),
                    count(counts, "underway"),
                    count(counts, "waiting"),
                    count(counts, "failed"),
                    stage.path("verdict").asText(NONE));
        }
        return table;
    }

    static List<String> history(JsonNode history) {
        Table table = new Table(
                Column.text("WHEN"),
                Column.text("WHO"),
                Column.text("WHAT"),
                Column.text("FROM"),
                Column.text("TO"),
                Column.text("WHY"));
        for (JsonNode entry : history) {
            String by = text(entry, "by");
            table.row(
                    text(entry, "at"),
                    by.isEmpty() ? NONE : by,
                    text(entry, "action"),
                    place(entry.path("from")),
                    place(entry.path("to")),
                    entry.path("reason").asText(""));
        }
        return table.lines();
    }

    static List<String> preview(JsonNode preview) {
        Table table = new Table(
                Column.text("STAGE"),
                Column.text("CLASS"),
                Column.number("DEVICES"),
                Column.text("VARIANT"),
                Column.number("MIB EACH"),
                Column.number("MIB AT MOST"));
        for (JsonNode stage : preview.path("stages")) {
            for (JsonNode part : stage.path("classes")) {
                double each = part.path("bytesEach").asDouble() / MEBI;
                table.row(
                        text(stage, "name"),
                        text(part, "deviceClass"),
                        count(part, "devices"),
                        text(part, "variantSha256").substring(0, 12),
                        mebibytes(each),
                        mebibytes(each * part.path("devices").asDouble()));
            }
        }
        List<String> lines = new ArrayList<>(table.lines());
        lines.add("Nothing was begun: this is what a rollout would do with the fleet as it is.");
        if (preview.hasNonNull("nextWindow")) {
            lines.add("It would wait for a maintenance window of the fleet; the next one opens at "
                    + text(preview, "nextWindow") + ".");
        }
        return lines;
    }

    private static String mebibytes(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    private static String place(JsonNode place) {
        if (!place.isObject()) {
            return NONE;
        }
        return text(place, "state")
                + (place.hasNonNull("stage") ? " " + (place.path("stage").asInt() + 1) : "")
                + (place.hasNonNull("phase") ? " " + text(place, "phase") : "");
    }

    private static String stage(JsonNode rollout) {
        return rollout.hasNonNull("stage")
                ? stageName(rollout, rollout.path("stage").asInt()) + " "
                        + rollout.path("phase").asText("")
                : NONE;
    }

    private static String stageName(JsonNode rollout, int index) {
        return rollout.path("strategy").path("stages").path(index).path("name").asText("stage " + (index + 1));
    }

    private static String count(JsonNode counts, String field) {
        return counts.path(field).isNumber() ? counts.path(field).asText() : NONE;
    }

    private static String text(JsonNode node, String field) {
        return node.path(field).asText("");
    }
}
