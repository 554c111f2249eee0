package io.quantfleet.quantizer.worker;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The jobs topic as a queue: a share group with explicit acknowledgement, one record at a time, whose acquisition lock
 * is renewed.
 *
 * <p>A consumer that met a fault is closed and replaced. This is more than tidiness: a renewal whose answer never comes
 * leaves Kafka's consumer (seen with 4.2.1) waiting for it for ever, while it acquires record after record that nobody gets to
 * see. See {@code docs/decisions/0002-quantization-jobs-on-share-groups.md}.
 */
final class KafkaJobQueue implements JobQueue {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaJobQueue.class);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);
    private static final Duration RETURN_POLL = Duration.ofMillis(100);
    private static final Duration FAULT_PAUSE = Duration.ofSeconds(1);

    private final Supplier<ShareConsumer<byte[], byte[]>> consumers;
    private final String topic;
    private final int deliveryLimit;
    private volatile Optional<ShareConsumer<byte[], byte[]>> open = Optional.empty();
    private final AtomicReference<Waiting> waiting = new AtomicReference<>(Waiting.NO);
    private Duration loanDuration;

    /** A wakeup must not strike an acknowledgement, so only a poll that waits for jobs is woken. */
    private enum Waiting {
        NO,
        YES,
        NO_MORE
    }

    /**
     * @param consumers make consumers in explicit mode that take one record at a time
     * @param loanDuration what the group's lock lasts, until the broker says otherwise
     * @param deliveryLimit how often Kafka delivers a record before it drops it
     */
    KafkaJobQueue(
            Supplier<ShareConsumer<byte[], byte[]>> consumers, String topic, Duration loanDuration, int deliveryLimit) {
        this.consumers = consumers;
        this.topic = topic;
        this.loanDuration = loanDuration;
        this.deliveryLimit = deliveryLimit;
    }

    @Override
    public Optional<Delivery> next(Duration timeout) throws InterruptedException {
        try {
            ShareConsumer<byte[], byte[]> consumer = consumer();
            if (!waiting.compareAndSet(Waiting.NO, Waiting.YES)) {
                return Optional.empty();
            }
            ConsumerRecords<byte[], byte[]> records = consumer.poll(timeout);
            consumer.acquisitionLockTimeoutMs().ifPresent(millis -> loanDuration = Duration.ofMillis(millis));
            return first(records).map(this::delivery);
        } catch (WakeupException e) {
            return Optional.empty();
        } catch (KafkaException e) {
            fault("taking jobs from topic " + topic + " failed", e);
            TimeUnit.MILLISECONDS.sleep(FAULT_PAUSE.toMillis());
            return Optional.empty();
        } finally {
            waiting.compareAndSet(Waiting.YES, Waiting.NO);
        }
    }

    @Override
    public boolean renew(Delivery delivery) throws InterruptedException {
        try {
            if (acknowledge(delivery, AcknowledgeType.RENEW) && comesBack(delivery)) {
                return true;
            }
            discard();
        } catch (KafkaException e) {
            fault("renewing the lock of " + delivery + " failed", e);
        }
        return false;
    }

    @Override
    public void settle(Delivery delivery, Settlement settlement) throws InterruptedException {
        AcknowledgeType type =
                switch (settlement) {
                    case ACCEPT -> AcknowledgeType.ACCEPT;
                    case REJECT -> AcknowledgeType.REJECT;
                    case RELEASE -> AcknowledgeType.RELEASE;
                };
        try {
            if (!acknowledge(delivery, type)) {
                discard();
            }
        } catch (KafkaException e) {
            fault("acknowledging " + delivery + " failed", e);
        }
    }

    @Override
    public Duration loanDuration() {
        return loanDuration;
    }

    @Override
    public void wakeup() {
        if (waiting.getAndSet(Waiting.NO_MORE) == Waiting.YES) {
            open.ifPresent(ShareConsumer::wakeup);
        }
    }

    @Override
    public void close() {
        discard();
    }

    /** Whether the broker confirmed it. No answer at all is no confirmation. */
    private boolean acknowledge(Delivery delivery, AcknowledgeType type) throws InterruptedException {
        ConsumerRecord<byte[], byte[]> record = delivery.record();
        try {
            ShareConsumer<byte[], byte[]> consumer = consumer();
            consumer.acknowledge(record, type);
            Map<TopicIdPartition, Optional<KafkaException>> answers = consumer.commitSync(loanDuration.dividedBy(3));
            if (answers.size() == 1 && answers.values().iterator().next().isEmpty()) {
                return true;
            }
            LOG.warn("Kafka did not confirm: acknowledgement={} record={} answer={}", type, delivery, answers);
        } catch (IllegalStateException e) {
            // The record is no longer this consumer's.
            LOG.warn("the lock is gone: acknowledgement={} record={} reason={}", type, delivery, e.getMessage());
        } catch (InterruptException e) {
            throw interrupted(e);
        }
        return false;
    }

    /** A renewed record is handed out again by poll before it can be acknowledged again. */
    private boolean comesBack(Delivery delivery) throws InterruptedException {
        long deadline = System.nanoTime() + loanDuration.dividedBy(3).toNanos();
        try {
            while (System.nanoTime() < deadline) {
                Optional<Delivery> again = first(consumer().poll(RETURN_POLL)).map(this::delivery);
                if (again.isPresent()) {
                    return again.get().id().equals(delivery.id());
                }
            }
            LOG.warn("a renewed record did not come back: record={}", delivery);
        } catch (InterruptException e) {
            throw interrupted(e);
        }
        return false;
    }

    private static Optional<ConsumerRecord<byte[], byte[]>> first(ConsumerRecords<byte[], byte[]> records) {
        return records.isEmpty()
                ? Optional.empty()
                : Optional.of(records.iterator().next());
    }

    private Delivery delivery(ConsumerRecord<byte[], byte[]> record) {
        int attempt = record.deliveryCount().map(Short::intValue).orElse(1);
        return new Delivery(record, attempt, attempt >= deliveryLimit);
    }

    private ShareConsumer<byte[], byte[]> consumer() {
        if (open.isPresent()) {
            return open.get();
        }
        ShareConsumer<byte[], byte[]> consumer = consumers.get();
        open = Optional.of(consumer);
        consumer.subscribe(List.of(topic));
        return consumer;
    }

    private void fault(String what, KafkaException e) throws InterruptedException {
        if (e instanceof InterruptException interrupt) {
            throw interrupted(interrupt);
        }
        LOG.warn("{}; starting anew", what, e);
        discard();
    }

    private void discard() {
        Optional<ShareConsumer<byte[], byte[]>> discarded = open;
        open = Optional.empty();
        discarded.ifPresent(consumer -> {
            try {
                consumer.close(CLOSE_PATIENCE);
            } catch (KafkaException e) {
                LOG.debug("closing a share consumer failed", e);
            }
        });
    }

    private static InterruptedException interrupted(InterruptException e) {
        Thread.interrupted();
        InterruptedException plain = new InterruptedException("interrupted while talking to Kafka");
        plain.initCause(e);
        return plain;
    }
}
