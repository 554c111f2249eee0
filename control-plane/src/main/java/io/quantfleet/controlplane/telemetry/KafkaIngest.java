package io.quantfleet.controlplane.telemetry;

import io.cloudevents.CloudEvent;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quantfleet.controlplane.delivery.DeviceInbox;
import io.quantfleet.controlplane.events.KafkaEventSender;
import io.quantfleet.controlplane.lifecycle.OutageLog;
import io.quantfleet.controlplane.trace.DeploymentSpans;
import io.quantfleet.protocols.kafka.Events;
import io.quantfleet.protocols.kafka.KafkaTopics;
import io.quantfleet.protocols.trace.TraceParent;
import io.quantfleet.protocols.v1.DeviceReported;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Carries what devices publish on to Kafka. A message is acknowledged to the broker when Kafka has it, so none is lost
 * by a crash or an outage on the way, and some come twice. The broker sends no more than the connection's receive
 * maximum without acknowledgement, which bounds what waits here. Messages of one device stay in order unless a send to
 * Kafka has to be repeated; whoever reads them goes by their numbers.
 */
@Singleton
class KafkaIngest implements DeviceInbox {
    private static final Logger LOG = Logger.getLogger(KafkaIngest.class);
    private static final int RETRY_MS = 500;

    private final KafkaEventSender sender;
    private final KafkaTopics topics;
    private final DeploymentSpans spans;
    private final MeterRegistry meters;
    private final Counter dropped;
    private final Clock clock;
    private final OutageLog outage = new OutageLog(LOG, "Kafka, which telemetry goes to,");
    private final ScheduledExecutorService thread = new ScheduledThreadPoolExecutor(1, task -> {
        Thread ingest = new Thread(task, "ingest");
        ingest.setDaemon(true);
        return ingest;
    });

    KafkaIngest(KafkaEventSender sender, KafkaTopics topics, DeploymentSpans spans, MeterRegistry meters, Clock clock) {
        this.sender = sender;
        this.spans = spans;
        this.topics = topics;
        this.meters = meters;
        this.dropped = Counter.builder("quantfleet.ingest.dropped")
                .description("messages that no device may publish, or that don't parse")
                .register(meters);
        this.clock = clock;
    }

    @Override
    public void arrived(String topic, byte[] payload, Optional<TraceParent> trace, Runnable acknowledge) {
        onIngestThread(0, () -> take(topic, payload, trace, acknowledge));
    }

    private void take(String topic, byte[] payload, Optional<TraceParent> trace, Runnable acknowledge) {
        if (payload.length == 0) {
            // A retained message was cleared.
            acknowledge.run();
            return;
        }
        DeviceMessages.Arrived message;
        try {
            message = DeviceMessages.read(topic, payload, clock.instant());
        } catch (IllegalArgumentException e) {
            LOG.warnf("message dropped: %s", e.getMessage());
            dropped.increment();
            acknowledge.run();
            return;
        }
        trace.ifPresent(parent -> record(parent, message.event()));
        send(message, trace, acknowledge);
    }

    private void record(TraceParent parent, CloudEvent event) {
        if (Events.data(event) instanceof DeviceReported reported) {
            spans.reported(parent, reported.getState());
        }
    }

    private void send(DeviceMessages.Arrived message, Optional<TraceParent> trace, Runnable acknowledge) {
        String topic = Events.type(message.event()).topic(topics);
        CompletableFuture<Void> unused = sender.send(topic, message.device().value(), message.event(), trace)
                .whenComplete((sent, failure) -> {
                    if (failure == null) {
                        meters.counter(
                                        "quantfleet.ingest.messages",
                                        "channel",
                                        message.channel().name())
                                .increment();
                        onIngestThread(0, () -> {
                            acknowledge.run();
                            outage.succeeded();
                        });
                    } else {
                        onIngestThread(0, () -> outage.failed(failure));
                        onIngestThread(RETRY_MS, () -> send(message, trace, acknowledge));
                    }
                });
    }

    private void onIngestThread(int delayMillis, Runnable task) {
        try {
            ScheduledFuture<?> unused = thread.schedule(task, delayMillis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException stopped) {
            LOG.debug("stopping: the broker keeps what was not acknowledged");
        }
    }

    @PreDestroy
    void close() {
        thread.shutdownNow();
    }
}
