package io.quantfleet.quantizer.worker;

import static io.quantfleet.quantizer.worker.Patience.await;

import io.cloudevents.CloudEvent;
import io.cloudevents.kafka.KafkaMessageFactory;
import io.quantfleet.protocols.artifact.DirectoryObjectStore;
import io.quantfleet.protocols.artifact.StoredArtifact;
import io.quantfleet.protocols.kafka.Events;
import io.quantfleet.protocols.kafka.KafkaTopics;
import io.quantfleet.protocols.v1.AccuracyBudget;
import io.quantfleet.protocols.v1.ModelArtifacts;
import io.quantfleet.protocols.v1.NamedArtifact;
import io.quantfleet.protocols.v1.QuantizationFailed;
import io.quantfleet.protocols.v1.QuantizationJobCancelled;
import io.quantfleet.protocols.v1.QuantizationJobRequested;
import io.quantfleet.protocols.v1.QuantizationProgressed;
import io.quantfleet.protocols.v1.VariantQuantized;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Topics and an object store of one test's own, with what a control plane would do there. For one thread. */
final class Installation implements AutoCloseable {
    final KafkaTopics topics;
    final Path directory;
    final DirectoryObjectStore store;
    private final String bootstrapServers;
    private final KafkaProducer<byte[], byte[]> producer;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<ConsumerRecord<byte[], byte[]>> seen = new CopyOnWriteArrayList<>();

    Installation(String bootstrapServers, String name, Path directory) throws Exception {
        this.bootstrapServers = bootstrapServers;
        this.topics = new KafkaTopics(name + ".");
        this.directory = directory;
        this.store = new DirectoryObjectStore(directory.resolve("object-store"));
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            admin.createTopics(topics.all().stream()
                            .map(topic -> new NewTopic(topic, 1, (short) 1))
                            .toList())
                    .all()
                    .get();
        }
        this.producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers), new ByteArraySerializer(), new ByteArraySerializer());
        this.consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        List<TopicPartition> read = Stream.of(topics.quantizationResults(), topics.deadLetters())
                .map(topic -> new TopicPartition(topic, 0))
                .toList();
        consumer.assign(read);
        consumer.seekToBeginning(read);
    }

    /** Of a worker whose locks outlast whatever holds up this machine. */
    WorkerSettings settings(String workerId) {
        return settings(workerId, Duration.ofSeconds(30));
    }

    WorkerSettings settings(String workerId, Duration lock) {
        return settings(bootstrapServers, topics, directory, workerId, 0, lock);
    }

    static WorkerSettings settings(
            String kafka, KafkaTopics topics, Path directory, String workerId, int httpPort, Duration lock) {
        return new WorkerSettings(
                kafka, topics, directory.resolve("object-store"), directory.resolve("work"), workerId, httpPort, lock);
    }

    StoredArtifact put(String content) {
        try {
            return store.put(new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    QuantizationJobRequested.Builder job(String id) {
        return QuantizationJobRequested.newBuilder()
                .setJobId(id)
                .setModelName("glyphs")
                .setModelVersion(1)
                .setDeviceClass("rpi-cpu")
                .setProfileYaml("name: rpi-cpu")
                .setBudget(AccuracyBudget.newBuilder().setMaxLossPoints(1))
                .setProbeSamples(10)
                .setArtifacts(ModelArtifacts.newBuilder()
                        .setDescription(put("name: glyphs").toRef())
                        .setOnnx(named("glyphs.onnx"))
                        .setCalibration(named("calibration.zip"))
                        .setValidation(named("validation.zip")));
    }

    private NamedArtifact named(String name) {
        return NamedArtifact.newBuilder()
                .setName(name)
                .setArtifact(put("content of " + name).toRef())
                .build();
    }

    void request(QuantizationJobRequested job, String traceparent) {
        CloudEvent event = Events.of(job, job.getJobId(), "/control-plane", job.getJobId(), Instant.now());
        byte[] key = job.getJobId().getBytes(StandardCharsets.UTF_8);
        ProducerRecord<byte[], byte[]> record =
                KafkaMessageFactory.createWriter(topics.quantizationJobs(), key).writeBinary(event);
        record.headers().add("traceparent", traceparent.getBytes(StandardCharsets.UTF_8));
        send(record);
    }

    /** The headers of that name of the events about results, in the order they came; empty for those without. */
    List<String> resultHeaders(String name) {
        return records(topics.quantizationResults())
                .map(record -> record.headers().lastHeader(name))
                .map(header -> header == null ? "" : new String(header.value(), StandardCharsets.UTF_8))
                .toList();
    }

    void request(QuantizationJobRequested job) {
        CloudEvent event = Events.of(job, job.getJobId(), "/control-plane", job.getJobId(), Instant.now());
        byte[] key = job.getJobId().getBytes(StandardCharsets.UTF_8);
        send(KafkaMessageFactory.createWriter(topics.quantizationJobs(), key).writeBinary(event));
    }

    void cancel(String jobId) {
        CloudEvent event = Events.of(
                QuantizationJobCancelled.newBuilder().setJobId(jobId).build(),
                "cancel-" + jobId,
                "/control-plane",
                jobId,
                Instant.now());
        byte[] key = jobId.getBytes(StandardCharsets.UTF_8);
        send(KafkaMessageFactory.createWriter(topics.quantizationControl(), key).writeBinary(event));
    }

    void send(ProducerRecord<byte[], byte[]> record) {
        try {
            producer.send(record).get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError("the broker did not take " + record, e);
        }
    }

    List<VariantQuantized> variants(String jobId) {
        return results(VariantQuantized.class)
                .filter(variant -> variant.getJobId().equals(jobId))
                .toList();
    }

    List<QuantizationFailed> failures(String jobId) {
        return results(QuantizationFailed.class)
                .filter(failure -> failure.getJobId().equals(jobId))
                .toList();
    }

    List<QuantizationProgressed> progress(String jobId) {
        return results(QuantizationProgressed.class)
                .filter(progress -> progress.getJobId().equals(jobId))
                .toList();
    }

    List<CloudEvent> events() {
        return records(topics.quantizationResults())
                .map(record -> KafkaMessageFactory.createReader(record).toEvent())
                .toList();
    }

    List<ConsumerRecord<byte[], byte[]>> deadLetters() {
        return records(topics.deadLetters()).toList();
    }

    private <T> Stream<T> results(Class<T> type) {
        return events().stream().map(Events::data).filter(type::isInstance).map(type::cast);
    }

    private Stream<ConsumerRecord<byte[], byte[]>> records(String topic) {
        consumer.poll(Duration.ofMillis(50)).forEach(seen::add);
        return seen.stream().filter(record -> record.topic().equals(topic));
    }

    /** The jobs that a worker which comes now is given before the one that is requested last. */
    List<String> leftOver() throws InterruptedException {
        FakeJobRunner runner = FakeJobRunner.quick();
        request(job("last").build());
        try (WorkerThread worker = new WorkerThread(settings("w-last"), runner)) {
            await().until(() -> !variants("last").isEmpty());
        }
        return runner.started.stream().filter(id -> !id.equals("last")).toList();
    }

    @Override
    public void close() {
        producer.close();
        consumer.close();
    }
}
