package io.quantfleet.controlplane.alert;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.quantfleet.controlplane.Ids;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.controlplane.telemetry.FleetMeasurements;
import io.quantfleet.controlplane.telemetry.Metric;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Looks at every rule for every fleet that it is for. What an alert becomes and what receivers are to be told of it is one
 * transaction. Several instances may look side by side: an alert's row is held while it is looked at.
 */
@Singleton
class AlertEvaluation {
    /** How often an Alertmanager is told of an alert that goes on. */
    private static final Duration REPEATED = Duration.ofMinutes(1);

    private final Database database;
    private final FleetMeasurements measurements;
    private final JdbiAlertRules rules;
    private final JdbiAlerts alerts;
    private final Notifications notifications;
    private final Ids ids;
    private final MultiGauge firing;
    private final Clock clock;

    AlertEvaluation(
            Database database,
            FleetMeasurements measurements,
            JdbiAlertRules rules,
            JdbiAlerts alerts,
            Notifications notifications,
            Ids ids,
            MeterRegistry meters,
            Clock clock) {
        this.database = database;
        this.measurements = measurements;
        this.rules = rules;
        this.alerts = alerts;
        this.notifications = notifications;
        this.ids = ids;
        this.firing = MultiGauge.builder("quantfleet.alerts")
                .description("alerts that are not resolved")
                .register(meters);
        this.clock = clock;
    }

    /** Looks once. */
    void look() {
        Instant now = clock.instant();
        List<AlertRule> all = database.inTransaction(rules::rules);
        List<String> fleets = database.inTransaction(rules::fleets);
        for (AlertRule rule : all) {
            for (String fleet : fleets) {
                if (rule.enabled() && rule.isFor(fleet)) {
                    database.useTransaction(tx -> look(tx, rule, fleet, now));
                }
            }
        }
        database.useTransaction(tx -> closeOrphans(tx, all, now));
        publish();
    }

    private void look(Tx tx, AlertRule rule, String fleet, Instant now) {
        AlertRule.Finding finding = rule.condition().look(new Fleet(tx, fleet, now));
        Optional<Alert> open = alerts.findOpen(tx, rule.name(), fleet);
        if (open.isEmpty()) {
            AlertState.opened(finding, rule.holdFor(), now)
                    .ifPresent(state ->
                            save(tx, rule, Alert.opened(ids.next(), rule, fleet, state, finding, now), true, now));
            return;
        }
        Alert before = open.get();
        Optional<AlertState> next = before.standing().after(finding, rule.holdFor(), rule.clearFor(), now);
        if (next.isEmpty()) {
            alerts.delete(tx, before);
            return;
        }
        Alert after = before.after(next.get(), finding, now);
        save(tx, rule, after, after.state() != before.state(), now);
    }

    private void save(Tx tx, AlertRule rule, Alert alert, boolean isNews, Instant now) {
        alerts.save(tx, alert);
        if (alert.state() == AlertState.Code.PENDING) {
            return;
        }
        if (isNews) {
            notifications.tell(tx, rule.receivers(), alert, now);
        } else {
            notifications.repeat(tx, rule.receivers(), alert, now, REPEATED);
        }
    }

    /** An alert whose rule is gone, is switched off or looks elsewhere now is over. */
    private void closeOrphans(Tx tx, List<AlertRule> all, Instant now) {
        for (Alert alert : alerts.open(tx)) {
            Optional<AlertRule> rule = all.stream()
                    .filter(one -> one.enabled() && one.name().equals(alert.rule()) && one.isFor(alert.fleet()))
                    .findFirst();
            if (rule.isPresent()) {
                continue;
            }
            if (alert.state() == AlertState.Code.PENDING) {
                alerts.delete(tx, alert);
            } else {
                AlertRule.Finding gone =
                        new AlertRule.Finding(false, true, OptionalDouble.empty(), "the rule is no longer looked at");
                AlertState over = new AlertState(AlertState.Code.RESOLVED, alert.since(), Optional.of(now));
                Alert resolved = alert.after(over, gone, now);
                alerts.save(tx, resolved);
                List<String> told = all.stream()
                        .filter(one -> one.name().equals(alert.rule()))
                        .flatMap(one -> one.receivers().stream())
                        .toList();
                notifications.tell(tx, told, resolved, now);
            }
        }
    }

    private void publish() {
        List<Alert> open = database.inTransaction(alerts::open);
        firing.register(
                open.stream()
                        .<MultiGauge.Row<?>>map(alert -> MultiGauge.Row.of(
                                Tags.of(
                                        "rule", alert.rule(),
                                        "fleet", alert.fleet(),
                                        "severity", alert.severity(),
                                        "state", alert.state().name()),
                                1.0))
                        .toList(),
                true);
    }

    /** What one fleet measured until now. */
    private final class Fleet implements AlertRule.Measurements {
        private final Tx tx;
        private final String fleet;
        private final Instant now;

        Fleet(Tx tx, String fleet, Instant now) {
            this.tx = tx;
            this.fleet = fleet;
            this.now = now;
        }

        @Override
        public OptionalDouble measure(Metric metric, Duration over) {
            return measurements.measure(tx, fleet, metric, now.minus(over), now);
        }

        @Override
        public long windows(Duration over) {
            return measurements.windows(tx, fleet, now.minus(over), now);
        }
    }
}
