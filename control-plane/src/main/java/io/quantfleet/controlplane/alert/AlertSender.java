package io.quantfleet.controlplane.alert;

import io.micrometer.core.instrument.MeterRegistry;
import io.quantfleet.controlplane.storage.Database;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Tells receivers, each in the order in which things happened, at least once: a receiver that does not answer with a 2xx
 * is asked again after ever longer pauses, for a day. What is to be told lies in the database, so a restart loses nothing.
 */
@Singleton
class AlertSender {
    private static final Logger LOG = Logger.getLogger(AlertSender.class);
    private static final int AT_ONCE = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /** No other instance takes what this one sends, unless this one dies. */
    private static final Duration LEASED = PATIENCE.multipliedBy(AT_ONCE + 1);

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);
    private static final Duration GIVEN_UP_AFTER = Duration.ofDays(1);
    private static final int LONGEST_SHIFT = 16;
    private static final int OK = 200;
    private static final int REDIRECT = 300;

    private final Database database;
    private final JdbiAlertRules rules;
    private final JdbiDeliveries deliveries;
    private final MeterRegistry meters;
    private final Clock clock;
    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(PATIENCE)
            .version(HttpClient.Version.HTTP_1_1)
            .build();

    AlertSender(Database database, JdbiAlertRules rules, JdbiDeliveries deliveries, MeterRegistry meters, Clock clock) {
        this.database = database;
        this.rules = rules;
        this.deliveries = deliveries;
        this.meters = meters;
        this.clock = clock;
    }

    /** Sends all that is due. */
    void send() throws InterruptedException {
        List<JdbiDeliveries.Due> due;
        do {
            due = database.inTransaction(tx -> deliveries.take(tx, AT_ONCE, clock.instant(), LEASED));
            for (JdbiDeliveries.Due one : due) {
                send(one);
            }
        } while (!due.isEmpty());
        database.useTransaction(tx -> deliveries.forgetOld(tx, clock.instant()));
    }

    private void send(JdbiDeliveries.Due due) throws InterruptedException {
        Optional<Receiver> receiver = database.inTransaction(tx -> rules.receiver(tx, due.receiver()));
        if (receiver.isEmpty()) {
            // Deleted meanwhile, and its deliveries with it.
            return;
        }
        Optional<String> failure = post(receiver.get(), due);
        String outcome = failure.isEmpty() ? "delivered" : "failed";
        meters.counter("quantfleet.alert.deliveries", "receiver", due.receiver(), "outcome", outcome)
                .increment();
        Instant now = clock.instant();
        if (failure.isEmpty()) {
            database.useTransaction(tx -> deliveries.delivered(tx, due.id(), now));
            return;
        }
        LOG.warnf(
                "a receiver could not be told: receiver=%s attempt=%d reason=%s",
                due.receiver(), due.attempts(), failure.get());
        boolean givesUp = due.created().plus(GIVEN_UP_AFTER).isBefore(now);
        Optional<Instant> next = givesUp ? Optional.empty() : Optional.of(now.plus(pause(due.attempts())));
        database.useTransaction(tx -> deliveries.failed(tx, due.id(), failure.get(), next));
    }

    private static Duration pause(int attempts) {
        Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(attempts - 1, LONGEST_SHIFT));
        return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
    }

    /** What went wrong; empty if nothing did. */
    private Optional<String> post(Receiver receiver, JdbiDeliveries.Due due) throws InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(receiver.target())
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .header("Quantfleet-Delivery", Long.toString(due.id()))
                .POST(HttpRequest.BodyPublishers.ofString(due.body()));
        if (!receiver.secret().isEmpty()) {
            request.header(Signature.HEADER, Signature.of(receiver.secret(), due.body(), clock.instant()));
        }
        try {
            int status = http.send(request.build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
            return status >= OK && status < REDIRECT ? Optional.empty() : Optional.of("it answered " + status);
        } catch (IOException e) {
            return Optional.of(e.toString());
        }
    }
}
