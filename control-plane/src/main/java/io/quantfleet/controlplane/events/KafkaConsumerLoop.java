package io.quantfleet.controlplane.events;

import io.micrometer.core.instrument.MeterRegistry;
import io.quantfleet.controlplane.lifecycle.OutageLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jboss.logging.Logger;

/**
 * Reads one topic with a thread of its own. Each record is acted on at least once and in the order of its partition;
 * offsets are committed after the effects. A record that must wait for something holds up its partition, and is tried
 * again after a pause; one that can't be used goes to the dead letters before the next is looked at. Where the handlers
 * can, all records of a partition that have come are acted on in one transaction.
 */
final class KafkaConsumerLoop implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(KafkaConsumerLoop.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration PAUSE = Duration.ofMillis(500);
    /** A batch begins no sooner after the one before, unless much has come: each costs a transaction and a commit. */
    private static final Duration RHYTHM = Duration.ofMillis(100);

    private static final int MUCH = 200;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);

    private final String topic;
    private final Supplier<Consumer<String, byte[]>> consumers;
    private final KafkaEventDispatcher dispatcher;
    private final KafkaDeadLetters deadLetters;
    private final MeterRegistry meters;
    private final OutageLog outage;
    private final Thread thread;
    private long begun;
    private int size;
    private volatile boolean running = true;

    KafkaConsumerLoop(
            String topic,
            Supplier<Consumer<String, byte[]>> consumers,
            KafkaEventDispatcher dispatcher,
            KafkaDeadLetters deadLetters,
            MeterRegistry meters) {
        this.topic = topic;
        this.consumers = consumers;
        this.dispatcher = dispatcher;
        this.deadLetters = deadLetters;
        this.meters = meters;
        this.outage = new OutageLog(LOG, "what the events of topic " + topic + " need");
        this.thread = new Thread(this::run, "kafka-" + topic);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void run() {
        while (running) {
            try (Consumer<String, byte[]> consumer = consumers.get()) {
                consumer.subscribe(List.of(topic));
                while (running) {
                    boolean waits = takeBatch(consumer);
                    if (waits) {
                        TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
                    } else {
                        awaitRhythm();
                    }
                }
            } catch (InterruptedException | InterruptException | WakeupException stopped) {
                running = false;
            } catch (KafkaException e) {
                LOG.warnf(e, "reading failed and starts anew: topic=%s", topic);
                pause();
            } catch (RuntimeException e) {
                LOG.errorf(e, "reading failed and starts anew: topic=%s", topic);
                pause();
            }
        }
    }

    /** Whether a record has to be tried again after a pause. */
    private boolean takeBatch(Consumer<String, byte[]> consumer) throws InterruptedException {
        ConsumerRecords<String, byte[]> batch = consumer.poll(POLL);
        begun = System.nanoTime();
        size = batch.count();
        Map<TopicPartition, OffsetAndMetadata> done = new HashMap<>();
        boolean waits = false;
        if (batch.partitions().size() > 1 && tookAll(batch)) {
            consumer.commitSync();
            return false;
        }
        for (TopicPartition partition : batch.partitions()) {
            List<ConsumerRecord<String, byte[]>> records = batch.records(partition);
            int taken = dispatcher.takesTogether() ? takeTogether(records) : takeEach(records);
            if (taken > 0) {
                done.put(partition, new OffsetAndMetadata(records.get(taken - 1).offset() + 1));
            }
            if (taken < records.size()) {
                consumer.seek(partition, records.get(taken).offset());
                waits = true;
            }
        }
        if (!done.isEmpty()) {
            consumer.commitSync(done);
        }
        return waits;
    }

    private void awaitRhythm() throws InterruptedException {
        if (size > 0 && size < MUCH) {
            TimeUnit.NANOSECONDS.sleep(RHYTHM.toNanos() - (System.nanoTime() - begun));
        }
    }

    /** Whether what came of all partitions could be dealt with in one transaction; otherwise nothing was. */
    private boolean tookAll(ConsumerRecords<String, byte[]> batch) {
        if (!dispatcher.takesTogether() || !running) {
            return false;
        }
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        batch.forEach(records::add);
        Optional<Outcome> outcome = dispatcher.dispatchTogether(records).filter(Outcome.Done.class::isInstance);
        outcome.ifPresent(done -> {
            count(done, records.size());
            outage.succeeded();
        });
        return outcome.isPresent();
    }

    /** How many records, from the first on, are dealt with. */
    private int takeEach(List<ConsumerRecord<String, byte[]>> records) throws InterruptedException {
        int taken = 0;
        while (taken < records.size() && running && take(records.get(taken))) {
            taken++;
        }
        return taken;
    }

    /**
     * The same, in one transaction. If one of the records is bad each half is taken for itself, and so on: a batch of n
     * with one bad record among them costs some 2 log n transactions.
     */
    private int takeTogether(List<ConsumerRecord<String, byte[]>> records) throws InterruptedException {
        if (records.size() == 1 || !running) {
            return takeEach(records);
        }
        Optional<Outcome> outcome = dispatcher.dispatchTogether(records);
        if (outcome.isEmpty()) {
            int half = records.size() / 2;
            int taken = takeTogether(records.subList(0, half));
            return taken < half ? taken : half + takeTogether(records.subList(half, records.size()));
        }
        count(outcome.get(), records.size());
        if (outcome.get() instanceof Outcome.RetryLater later) {
            outage.failed(later.reason());
            return 0;
        }
        outage.succeeded();
        return records.size();
    }

    private void count(Outcome outcome, int records) {
        meters.counter("quantfleet.events", "topic", topic, "outcome", outcome.label())
                .increment(records);
    }

    /** Whether the record is dealt with. */
    private boolean take(ConsumerRecord<String, byte[]> record) throws InterruptedException {
        Outcome outcome = dispatcher.dispatch(record);
        count(outcome, 1);
        if (outcome instanceof Outcome.RetryLater later) {
            outage.failed(later.reason());
            return false;
        }
        if (outcome instanceof Outcome.Reject reject) {
            LOG.warnf(
                    "event put aside: topic=%s partition=%d offset=%d key=%s code=%s reason=%s",
                    record.topic(), record.partition(), record.offset(), record.key(), reject.code(), reject.reason());
            return putAside(record, reject);
        }
        outage.succeeded();
        return true;
    }

    private boolean putAside(ConsumerRecord<String, byte[]> record, Outcome.Reject reject) throws InterruptedException {
        try {
            deadLetters.put(record, reject).get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException | TimeoutException e) {
            outage.failed(e);
            return false;
        }
    }

    private void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
        } catch (InterruptedException e) {
            running = false;
        }
    }

    /** Asks for an end after the record under way. */
    void requestStop() {
        running = false;
    }

    /** Stops after the record under way. */
    @Override
    public void close() {
        requestStop();
        try {
            thread.join(STOP_PATIENCE.toMillis());
            thread.interrupt();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
