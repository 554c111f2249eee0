package io.quantfleet.controlplane.alert;

import io.quantfleet.controlplane.lifecycle.Ticker;
import jakarta.inject.Singleton;
import java.time.Duration;

/** Looks at the rules and tells receivers, again and again. */
@Singleton
public class AlertTicker implements AutoCloseable {
    private static final Duration SENDING = Duration.ofSeconds(1);

    private final Ticker looking;
    private final Ticker sending;

    AlertTicker(AlertEvaluation evaluation, AlertSender sender, AlertPeriod period) {
        this.looking = new Ticker("alerts", period.period(), evaluation::look);
        this.sending = new Ticker("alert-deliveries", SENDING, sender::send);
    }

    public void start() {
        looking.start();
        sending.start();
    }

    @Override
    public void close() {
        looking.close();
        sending.close();
    }
}
