package io.quantfleet.quantizer.worker;

import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import io.cloudevents.CloudEvent;
import io.cloudevents.kafka.KafkaMessageFactory;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.kafka.Events;
import io.quantfleet.protocols.kafka.KafkaTopics;
import io.quantfleet.protocols.v1.QuantizationFailed;
import io.quantfleet.protocols.v1.QuantizationProgressed;
import io.quantfleet.protocols.v1.QuantizationRung;
import io.quantfleet.protocols.v1.QuantizationStep;
import io.quantfleet.protocols.v1.TrainingPoint;
import io.quantfleet.protocols.v1.VariantQuantized;
import io.quantfleet.protocols.v1.Verdict;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Results as events on Kafka. The event that ends a job has the job's id, whichever worker speaks and however often, so that
 * consumers, which act on an id once, hear of it once.
 */
final class KafkaResults implements Results {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaResults.class);
    private static final String SOURCE = "/quantizer-worker";
    private static final String HEADER_PREFIX = "quantfleet-";

    private final Producer<byte[], byte[]> producer;
    private final KafkaTopics topics;
    private final String workerId;
    private final Clock clock;

    /** @param producer idempotent, with all acknowledgements; stays the caller's to close */
    KafkaResults(Producer<byte[], byte[]> producer, KafkaTopics topics, String workerId, Clock clock) {
        this.producer = producer;
        this.topics = topics;
        this.workerId = workerId;
        this.clock = clock;
    }

    @Override
    public void progressed(
            String jobId,
            QuantizationStep step,
            double fraction,
            List<QuantizationRung> rungs,
            List<TrainingPoint> curve) {
        QuantizationProgressed progress = QuantizationProgressed.newBuilder()
                .setJobId(jobId)
                .setWorkerId(workerId)
                .setStep(step)
                .setFraction(fraction)
                .addAllRungs(rungs)
                .addAllTraining(curve)
                .setAt(now())
                .build();
        try {
            // Nobody waits for progress: what is lost is made up for by the next report.
            var unused = producer.send(record(progress, UUID.randomUUID().toString(), jobId));
        } catch (KafkaException e) {
            LOG.debug("progress is lost: jobId={}", jobId, e);
        }
    }

    @Override
    public void quantized(String jobId, JobResult result, StoredVariant stored) throws InterruptedException {
        VariantQuantized quantized = VariantQuantized.newBuilder()
                .setJobId(jobId)
                .setWorkerId(workerId)
                .setVerdict(result.ready() ? Verdict.VERDICT_READY : Verdict.VERDICT_REJECTED)
                .addAllReasons(result.reasons())
                .setVariant(stored.variant().toRef())
                .setProbeSet(stored.probeSet().toRef())
                .setReportPage(stored.page().toRef())
                .setReportJson(result.reportJson())
                .setProbeSamples(result.probeSamples())
                .setProbeAccuracy(result.probeAccuracy())
                .setProbeAccuracyFp32(result.probeAccuracyFp32())
                .setAt(now())
                .build();
        publish(traced(record(quantized, jobId, jobId)));
    }

    @Override
    public void failed(String jobId, ReasonCode code, String message) throws InterruptedException {
        QuantizationFailed failed = QuantizationFailed.newBuilder()
                .setJobId(jobId)
                .setWorkerId(workerId)
                .setCode(code.name())
                .setMessage(message)
                .setAt(now())
                .build();
        publish(traced(record(failed, jobId, jobId)));
    }

    @Override
    public void putAside(Delivery delivery, Outcome.Reject why) throws InterruptedException {
        ConsumerRecord<byte[], byte[]> record = delivery.record();
        ProducerRecord<byte[], byte[]> letter = new ProducerRecord<>(
                topics.deadLetters(), null, record.timestamp(), record.key(), record.value(), record.headers());
        header(letter, "reason-code", why.code().name());
        header(letter, "reason", why.reason());
        header(letter, "origin-topic", record.topic());
        header(letter, "origin-partition", Integer.toString(record.partition()));
        header(letter, "origin-offset", Long.toString(record.offset()));
        publish(letter);
    }

    private ProducerRecord<byte[], byte[]> record(Message message, String eventId, String jobId) {
        CloudEvent event = Events.of(message, eventId, SOURCE, jobId, clock.instant());
        return KafkaMessageFactory.createWriter(topics.quantizationResults(), jobId.getBytes(StandardCharsets.UTF_8))
                .writeBinary(event);
    }

    /** What ends a job belongs to the job's trace. */
    private static ProducerRecord<byte[], byte[]> traced(ProducerRecord<byte[], byte[]> record) {
        WorkerTraces.write(record.headers());
        return record;
    }

    /** Until the broker has it: an outage only makes it late. */
    private void publish(ProducerRecord<byte[], byte[]> record) throws InterruptedException {
        while (true) {
            try {
                producer.send(record).get();
                return;
            } catch (InterruptException e) {
                throw new InterruptedException("interrupted while publishing to " + record.topic());
            } catch (ExecutionException | KafkaException e) {
                if (e.getCause() instanceof RecordTooLargeException tooLarge) {
                    throw new IllegalStateException("a record for " + record.topic() + " is too large", tooLarge);
                }
                LOG.warn("Kafka did not take a record, trying again: topic={}", record.topic(), e);
                TimeUnit.SECONDS.sleep(1);
            }
        }
    }

    private Timestamp now() {
        Instant now = clock.instant();
        return Timestamp.newBuilder()
                .setSeconds(now.getEpochSecond())
                .setNanos(now.getNano())
                .build();
    }

    private static void header(ProducerRecord<byte[], byte[]> letter, String name, String value) {
        letter.headers().add(HEADER_PREFIX + name, value.getBytes(StandardCharsets.UTF_8));
    }
}
