package io.quantfleet.controlplane.testing;

import static io.quantfleet.controlplane.testing.Patience.await;

import com.google.protobuf.Message;
import io.cloudevents.CloudEvent;
import io.cloudevents.kafka.KafkaMessageFactory;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.kafka.Events;
import io.quantfleet.protocols.kafka.KafkaTopics;
import io.quantfleet.protocols.v1.ArtifactRef;
import io.quantfleet.protocols.v1.QuantizationJobCancelled;
import io.quantfleet.protocols.v1.QuantizationJobRequested;
import io.quantfleet.protocols.v1.QuantizationProgressed;
import io.quantfleet.protocols.v1.QuantizationStep;
import io.quantfleet.protocols.v1.VariantQuantized;
import io.quantfleet.protocols.v1.Verdict;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Stands in for workers and foreign producers: reads topics from their beginning and writes what it is told to. */
public final class FakeWorker implements AutoCloseable {
    /** The report for people of every variant; a test that reads it puts it into the object store. */
    public static final String PAGE = "<!DOCTYPE html><title>report</title><p>how it came about</p>";

    private static final KafkaTopics TOPICS = KafkaTopics.DEFAULT;

    private final KafkaConsumer<String, byte[]> consumer;
    private final KafkaProducer<String, byte[]> producer;
    private final List<ConsumerRecord<String, byte[]>> seen = new ArrayList<>();

    public FakeWorker(String bootstrapServers) {
        consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers, "auto.offset.reset", "earliest"),
                new StringDeserializer(),
                new ByteArrayDeserializer());
        consumer.assign(List.of(
                new TopicPartition(TOPICS.quantizationJobs(), 0),
                new TopicPartition(TOPICS.trainingJobs(), 0),
                new TopicPartition(TOPICS.quantizationControl(), 0),
                new TopicPartition(TOPICS.deadLetters(), 0)));
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers), new StringSerializer(), new ByteArraySerializer());
    }

    /** Waits until {@code count} jobs for a model are there, and gives them; each by its id once. */
    public List<QuantizationJobRequested> awaitJobs(String model, int count) {
        await().until(() -> jobs(model).size() >= count);
        return jobs(model);
    }

    /** The same for jobs that train, which are on a topic of their own. */
    public List<QuantizationJobRequested> awaitTrainingJobs(String model, int count) {
        await().until(() -> jobs(TOPICS.trainingJobs(), model).size() >= count);
        return jobs(TOPICS.trainingJobs(), model);
    }

    private List<QuantizationJobRequested> jobs(String model) {
        return jobs(TOPICS.quantizationJobs(), model);
    }

    private List<QuantizationJobRequested> jobs(String topic, String model) {
        poll();
        Set<String> ids = new HashSet<>();
        return seen.stream()
                .filter(record -> record.topic().equals(topic))
                .map(record -> (QuantizationJobRequested)
                        Events.data(KafkaMessageFactory.createReader(record).toEvent()))
                .filter(job -> job.getModelName().equals(model) && ids.add(job.getJobId()))
                .toList();
    }

    /** Waits until workers are told that a job is cancelled. */
    public void awaitCancelled(String jobId) {
        await().until(() -> {
            poll();
            return seen.stream()
                    .filter(record -> record.topic().equals(TOPICS.quantizationControl()))
                    .map(record ->
                            Events.data(KafkaMessageFactory.createReader(record).toEvent()))
                    .anyMatch(message -> message instanceof QuantizationJobCancelled job
                            && job.getJobId().equals(jobId));
        });
    }

    /** Waits for a dead letter and gives the reason in its headers. */
    public String awaitDeadLetter(Predicate<ConsumerRecord<String, byte[]>> which) {
        return await().until(
                        () -> {
                            poll();
                            return seen.stream()
                                    .filter(record -> record.topic().equals(TOPICS.deadLetters()))
                                    .filter(which)
                                    .map(record -> header(record, "quantfleet-reason-code") + " "
                                            + header(record, "quantfleet-reason"))
                                    .findFirst()
                                    .orElse("");
                        },
                        reason -> !reason.isEmpty());
    }

    /** Whether the event is among the dead letters that were seen so far. */
    public boolean hasDeadLetter(String eventId) {
        return seen.stream()
                .filter(record -> record.topic().equals(TOPICS.deadLetters()))
                .anyMatch(record -> header(record, "ce_id").equals(eventId));
    }

    public static String header(ConsumerRecord<String, byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }

    private void poll() {
        consumer.poll(Duration.ofMillis(100)).forEach(seen::add);
    }

    /** Does a job: a variant whose bytes name the job, put into the object store by {@code store}. */
    public VariantQuantized ready(QuantizationJobRequested job, byte[] variant, byte[] probeSet) {
        return VariantQuantized.newBuilder()
                .setJobId(job.getJobId())
                .setWorkerId("worker-1")
                .setVerdict(Verdict.VERDICT_READY)
                .setVariant(ref(variant))
                .setProbeSet(ref(probeSet))
                .setReportJson("""
                        {"deviceClass": "%s", "bytes": %d, "method": "minmax", "verdict": "READY", "reasons": [],
                         "accuracy": {"fp32": 0.81, "variant": 0.80, "agreement": 0.97, "samples": 100}}
                        """.formatted(job.getDeviceClass(), variant.length))
                .setProbeSamples(100)
                .setProbeAccuracy(0.89)
                .setProbeAccuracyFp32(0.9)
                .setReportPage(ref(Api.bytes(PAGE)))
                .build();
    }

    public static QuantizationProgressed progress(QuantizationJobRequested job, double fraction) {
        return QuantizationProgressed.newBuilder()
                .setJobId(job.getJobId())
                .setWorkerId("worker-1")
                .setStep(QuantizationStep.QUANTIZATION_STEP_CALIBRATE)
                .setFraction(fraction)
                .build();
    }

    private static ArtifactRef ref(byte[] content) {
        return ArtifactRef.newBuilder()
                .setSha256(Sha256.of(content).hex())
                .setSize(content.length)
                .build();
    }

    /** Sends a result as a worker does. */
    public void sendResult(String eventId, String jobId, Message result) {
        send(TOPICS.quantizationResults(), jobId, Events.of(result, eventId, "/worker", jobId, Instant.now()));
    }

    /** Sends a result as a worker does that took the job in a trace. */
    public void sendResult(String jobId, Message result, String traceparent) {
        ProducerRecord<String, byte[]> record = KafkaMessageFactory.<String>createWriter(
                        TOPICS.quantizationResults(), null, null, jobId)
                .writeBinary(Events.of(result, jobId, "/worker", jobId, Instant.now()));
        record.headers().add("traceparent", traceparent.getBytes(StandardCharsets.UTF_8));
        send(record);
    }

    /** What the record of a job that was awaited has in its header of that name; empty if it has none. */
    public String jobHeader(String jobId, String name) {
        return seen.stream()
                .filter(record -> record.topic().equals(TOPICS.quantizationJobs()))
                .filter(record ->
                        header(record, "ce_id").equals(jobId) || record.key().equals(jobId))
                .map(record -> header(record, name))
                .findFirst()
                .orElse("");
    }

    public void send(String topic, String key, CloudEvent event) {
        send(KafkaMessageFactory.<String>createWriter(topic, null, null, key).writeBinary(event));
    }

    /** Sends what a shell script would: headers by hand, JSON as the value. */
    public String sendJson(String topic, String key, String type, String json) {
        String id = UUID.randomUUID().toString();
        sendJson(id, topic, key, type, json);
        return id;
    }

    /** Sends the event of that id, perhaps not for the first time. */
    public void sendJson(String id, String topic, String key, String type, String json) {
        ProducerRecord<String, byte[]> record = new ProducerRecord<>(topic, key, json.getBytes(StandardCharsets.UTF_8));
        Map.of(
                        "ce_specversion", "1.0",
                        "ce_id", id,
                        "ce_type", type,
                        "ce_source", "/my-pipeline",
                        "content-type", "application/json")
                .forEach((name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        send(record);
    }

    public void send(ProducerRecord<String, byte[]> record) {
        try {
            producer.send(record).get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        consumer.close();
        producer.close();
    }
}
