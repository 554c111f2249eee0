package io.quantfleet.controlplane.alert;

import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Puts down who is to be told of what, in the transaction of the state that it tells of. */
@Singleton
class Notifications {
    private final JdbiAlertRules rules;
    private final JdbiDeliveries deliveries;
    private final AlertMessages messages;

    Notifications(JdbiAlertRules rules, JdbiDeliveries deliveries, AlertMessages messages) {
        this.rules = rules;
        this.deliveries = deliveries;
        this.messages = messages;
    }

    /** Tells every receiver. */
    void tell(Tx tx, List<String> receivers, Alert alert, Instant now) {
        rules.receivers(tx).stream()
                .filter(receiver -> receivers.contains(receiver.name()))
                .forEach(receiver -> deliveries.add(
                        tx, alert.id(), receiver.name(), messages.body(receiver.kind(), alert, now), now));
    }

    /** Tells Alertmanagers again, if they have not been told for a while: they forget what is not repeated. */
    void repeat(Tx tx, List<String> receivers, Alert alert, Instant now, Duration every) {
        rules.receivers(tx).stream()
                .filter(receiver ->
                        receivers.contains(receiver.name()) && receiver.kind() == Receiver.Kind.ALERTMANAGER)
                .filter(receiver -> !deliveries.hasSince(tx, alert.id(), receiver.name(), now.minus(every)))
                .forEach(receiver -> deliveries.add(
                        tx, alert.id(), receiver.name(), messages.body(receiver.kind(), alert, now), now));
    }
}
