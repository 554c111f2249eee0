package io.quantfleet.controlplane.live;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The state of what pages and streams show, as one number per topic: a number that differs means that something changed. Written as
 * hexadecimal numbers with dots between, in the order of {@link Topic}.
 */
public record Revision(int devices, int models, int rollouts, int telemetry) {
    public static Optional<Revision> parse(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != Topic.values().length) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Revision(hex(parts[0]), hex(parts[1]), hex(parts[2]), hex(parts[3])));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** The topics whose number is not the one that {@code seen} has. */
    public List<Topic> changedSince(Revision seen) {
        List<Topic> changed = new ArrayList<>();
        for (Topic topic : Topic.values()) {
            if (number(topic) != seen.number(topic)) {
                changed.add(topic);
            }
        }
        return changed;
    }

    int number(Topic topic) {
        return switch (topic) {
            case DEVICES -> devices;
            case MODELS -> models;
            case ROLLOUTS -> rollouts;
            case TELEMETRY -> telemetry;
        };
    }

    private static int hex(String text) {
        return Integer.parseUnsignedInt(text, 16);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%x.%x.%x.%x", devices, models, rollouts, telemetry);
    }

    /** What a page can be about; the name in lower case is the name of the event. */
    public enum Topic {
        DEVICES,
        MODELS,
        ROLLOUTS,
        TELEMETRY;

        public String event() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
