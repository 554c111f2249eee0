package io.quantfleet.controlplane.console.rollout;

import io.quantfleet.controlplane.console.frame.Times;
import io.quantfleet.controlplane.maintenance.MaintenanceWindow;
import io.quantfleet.controlplane.maintenance.MaintenanceWindows;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The maintenance windows of a fleet as they stand at a moment. */
public record WindowsView(MaintenanceWindows all, Instant now) {
    public boolean none() {
        return all.windows().isEmpty();
    }

    public boolean open() {
        return all.isOpen(now);
    }

    public Optional<Instant> closes() {
        return all.closes(now);
    }

    public Optional<Instant> next() {
        return all.nextOpening(now);
    }

    public boolean rollbackAnytime() {
        return all.rollbackAnytime();
    }

    /** Each for itself. */
    public List<Line> lines() {
        return all.windows().stream()
                .map(window -> new Line(window, new MaintenanceWindows(List.of(window), false), now))
                .toList();
    }

    /** One window. */
    public record Line(MaintenanceWindow window, MaintenanceWindows alone, Instant now) {
        public boolean open() {
            return alone.isOpen(now);
        }

        public Optional<Instant> next() {
            return alone.nextOpening(now);
        }

        public String duration() {
            return Times.rough(window.duration());
        }
    }

    /** The windows as the REST interface takes them, to be edited. */
    public String json() {
        StringBuilder text = new StringBuilder("[");
        for (MaintenanceWindow window : all.windows()) {
            text.append(text.length() > 1 ? ",\n " : "")
                    .append("{\"cron\": \"")
                    .append(window.cron())
                    .append("\", \"duration\": \"")
                    .append(window.duration())
                    .append("\", \"zone\": \"")
                    .append(window.zone())
                    .append("\"}");
        }
        return text.append("]").toString();
    }
}
