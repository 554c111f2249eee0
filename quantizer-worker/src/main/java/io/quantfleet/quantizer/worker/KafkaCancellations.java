package io.quantfleet.quantizer.worker;

import com.google.protobuf.Message;
import io.cloudevents.kafka.KafkaMessageFactory;
import io.cloudevents.rw.CloudEventRWException;
import io.quantfleet.protocols.kafka.Events;
import io.quantfleet.protocols.kafka.MalformedEventException;
import io.quantfleet.protocols.v1.QuantizationJobCancelled;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the whole topic of job control, from its beginning and for as long as the worker lives: every worker hears of every
 * cancelled job, also of those that were cancelled while it was away. At least once, in the order of the topic; a thread of
 * its own. A record that is no cancellation is passed over.
 */
final class KafkaCancellations implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaCancellations.class);
    private static final Duration POLL = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration PAST_PATIENCE = Duration.ofSeconds(10);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

    private final Supplier<Consumer<byte[], byte[]>> consumers;
    private final String topic;
    private final CancelledJobs cancelled;
    private final CountDownLatch caughtUp = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "cancellations");

    /** @param consumers make consumers without a group */
    KafkaCancellations(Supplier<Consumer<byte[], byte[]>> consumers, String topic, CancelledJobs cancelled) {
        this.consumers = consumers;
        this.topic = topic;
        this.cancelled = cancelled;
        thread.setDaemon(true);
    }

    KafkaCancellations start() {
        thread.start();
        return this;
    }

    /** Waits until what was cancelled before now is known; not for ever, for the topic may be missing still. */
    void awaitPast() throws InterruptedException {
        if (!caughtUp.await(PAST_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.warn("it is not known yet which jobs are cancelled: topic={}", topic);
        }
    }

    private void run() {
        while (!Thread.currentThread().isInterrupted()) {
            try (Consumer<byte[], byte[]> consumer = consumers.get()) {
                read(consumer);
            } catch (InterruptException | WakeupException e) {
                return;
            } catch (KafkaException e) {
                LOG.warn("can't read which jobs are cancelled; trying again: topic={} reason={}", topic, e.toString());
                pause();
            }
        }
    }

    private void read(Consumer<byte[], byte[]> consumer) {
        List<TopicPartition> partitions = partitions(consumer);
        if (partitions.isEmpty()) {
            caughtUp.countDown();
            pause();
            return;
        }
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        while (!Thread.currentThread().isInterrupted()) {
            boolean atEnd = ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
            if (atEnd) {
                caughtUp.countDown();
            }
            consumer.poll(POLL).forEach(this::note);
        }
    }

    // None while the control plane has not made the topic yet.
    private List<TopicPartition> partitions(Consumer<byte[], byte[]> consumer) {
        var found = consumer.partitionsFor(topic, POLL);
        return found == null
                ? List.of()
                : found.stream()
                        .map(partition -> new TopicPartition(topic, partition.partition()))
                        .toList();
    }

    private void note(ConsumerRecord<byte[], byte[]> record) {
        try {
            Message message =
                    Events.data(KafkaMessageFactory.createReader(record).toEvent());
            if (message instanceof QuantizationJobCancelled job && cancelled.add(job.getJobId())) {
                LOG.info("a job is cancelled: jobId={}", job.getJobId());
            }
        } catch (CloudEventRWException | IllegalArgumentException | MalformedEventException e) {
            LOG.warn("a record is no cancellation: topic={} offset={} reason={}", topic, record.offset(), e.toString());
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(CLOSE_PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
