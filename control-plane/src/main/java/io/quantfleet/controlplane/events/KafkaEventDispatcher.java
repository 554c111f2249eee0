package io.quantfleet.controlplane.events;

import com.google.protobuf.Message;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.controlplane.trace.Traces;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.kafka.MalformedEventException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Takes records to the handlers of their kinds, within a transaction. */
final class KafkaEventDispatcher {
    private static final Logger LOG = Logger.getLogger(KafkaEventDispatcher.class);

    private final Database database;
    private final Map<Class<?>, EventHandler<?>> handlers;

    private final Traces traces;

    KafkaEventDispatcher(Database database, List<EventHandler<?>> handlers, Traces traces) {
        this.database = database;
        this.traces = traces;
        this.handlers = handlers.stream().collect(Collectors.toMap(EventHandler::messageType, Function.identity()));
    }

    /** Whether all that is expected can be taken together. */
    boolean takesTogether() {
        return handlers.values().stream().allMatch(BatchEventHandler.class::isInstance);
    }

    /**
     * Acts on several records in one transaction, kind by kind.
     *
     * @return what became of all of them: {@code Done}, or {@code RetryLater}; empty if one of them is bad, and then
     *     none had any effect
     */
    Optional<Outcome> dispatchTogether(List<ConsumerRecord<String, byte[]>> records) {
        List<Span> spans =
                records.stream().flatMap(record -> begin(record).stream()).toList();
        try {
            return takeTogether(records);
        } finally {
            spans.forEach(Span::end);
        }
    }

    private Optional<Outcome> takeTogether(List<ConsumerRecord<String, byte[]>> records) {
        try {
            Map<Class<?>, List<Message>> byKind = new LinkedHashMap<>();
            for (ConsumerRecord<String, byte[]> record : records) {
                Message message = KafkaEventReader.read(record).message();
                byKind.computeIfAbsent(message.getClass(), kind -> new ArrayList<>())
                        .add(message);
            }
            if (!handlers.keySet().containsAll(byKind.keySet())) {
                return Optional.empty();
            }
            database.useTransaction(
                    tx -> byKind.forEach((kind, messages) -> handleAll(tx, require(handlers.get(kind)), messages)));
            return Optional.of(Outcome.DONE);
        } catch (ControlPlaneException e) {
            return Optional.of(Outcome.of(e)).filter(Outcome.RetryLater.class::isInstance);
        } catch (RuntimeException e) {
            LOG.debugf(e, "a batch of %d events is taken in parts", records.size());
            return Optional.empty();
        }
    }

    private static EventHandler<?> require(@Nullable EventHandler<?> handler) {
        return Objects.requireNonNull(handler, "looked up above");
    }

    private static <M extends Message> void handleAll(Tx tx, EventHandler<M> handler, List<Message> messages) {
        ((BatchEventHandler<M>) handler)
                .handleAll(
                        tx, messages.stream().map(handler.messageType()::cast).toList());
    }

    /** Never throws for what a record says or for what is away: that is the outcome. */
    Outcome dispatch(ConsumerRecord<String, byte[]> record) {
        Optional<Span> begun = begin(record);
        if (begun.isEmpty()) {
            return take(record);
        }
        Span span = begun.get();
        try {
            Outcome outcome =
                    Context.root().with(span).wrapSupplier(() -> take(record)).get();
            if (!(outcome instanceof Outcome.Done)) {
                span.setStatus(StatusCode.ERROR, outcome.toString());
            }
            return outcome;
        } finally {
            span.end();
        }
    }

    /** A span about a record that came in a trace. */
    private Optional<Span> begin(ConsumerRecord<String, byte[]> record) {
        return KafkaTraceContext.read(record.headers()).map(sent -> KafkaTraceContext.describe(
                        traces.below(sent, SpanKind.CONSUMER, "process " + record.topic()), record.topic(), "process")
                .setAttribute("messaging.kafka.offset", record.offset())
                .startSpan());
    }

    private Outcome take(ConsumerRecord<String, byte[]> record) {
        try {
            KafkaEventReader.Read event = KafkaEventReader.read(record);
            EventHandler<?> handler = handlers.get(event.message().getClass());
            if (handler == null) {
                return new Outcome.Reject(
                        ReasonCode.REQUEST_INVALID,
                        event.message().getDescriptorForType().getName() + " is not expected on topic "
                                + record.topic());
            }
            return handle(handler, event);
        } catch (MalformedEventException e) {
            return new Outcome.Reject(ReasonCode.REQUEST_INVALID, String.valueOf(e.getMessage()));
        } catch (ControlPlaneException e) {
            return Outcome.of(e);
        } catch (UncheckedIOException e) {
            return new Outcome.RetryLater(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.errorf(
                    e,
                    "event failed: topic=%s partition=%d offset=%d",
                    record.topic(),
                    record.partition(),
                    record.offset());
            return new Outcome.Reject(ReasonCode.INTERNAL, e.toString());
        }
    }

    private <M extends Message> Outcome handle(EventHandler<M> handler, KafkaEventReader.Read event) {
        M message = handler.messageType().cast(event.message());
        try {
            return database.inTransaction(tx -> {
                Outcome outcome = handler.handle(tx, message, event.id());
                if (outcome instanceof Outcome.Done) {
                    return outcome;
                }
                throw new RolledBack(outcome);
            });
        } catch (RolledBack e) {
            return e.outcome;
        }
    }

    /** Carries an outcome out of a transaction that must not be committed. */
    private static final class RolledBack extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final transient Outcome outcome;

        RolledBack(Outcome outcome) {
            super("rolled back", null, false, false);
            this.outcome = outcome;
        }
    }
}
