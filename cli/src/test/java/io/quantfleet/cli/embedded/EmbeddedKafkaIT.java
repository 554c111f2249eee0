package io.quantfleet.cli.embedded;

import static io.quantfleet.cli.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The embedded Kafka serves share groups and keeps what it was given. */
class EmbeddedKafkaIT {
    private static final String TOPIC = "jobs";

    @TempDir
    private Path directory;

    @Test
    void handsRecordsToAShareGroupAlsoAfterARestart() throws Exception {
        int port = FreePort.next();
        int controllerPort = FreePort.next();
        Map<String, Object> servers = Map.of("bootstrap.servers", "127.0.0.1:" + port);
        try (EmbeddedKafka kafka = EmbeddedKafka.start(directory, port, controllerPort);
                Admin admin = Admin.create(servers)) {
            assertThat(kafka.isUp()).isTrue();
            admin.createTopics(List.of(new NewTopic(TOPIC, Optional.of(2), Optional.empty())))
                    .all()
                    .get();
            readFromTheBeginning(admin, "workers");
            send(servers, "before");
        }
        try (EmbeddedKafka kafka = EmbeddedKafka.start(directory, port, controllerPort)) {
            assertThat(kafka.isUp()).isTrue();
            send(servers, "after");
            assertThat(receive(servers, "workers", 2)).containsExactly("after", "before");
        }
    }

    private static void readFromTheBeginning(Admin admin, String group) throws Exception {
        admin.incrementalAlterConfigs(Map.of(
                        new ConfigResource(ConfigResource.Type.GROUP, group),
                        List.of(new AlterConfigOp(
                                new ConfigEntry("share.auto.offset.reset", "earliest"), AlterConfigOp.OpType.SET))))
                .all()
                .get();
    }

    private static void send(Map<String, Object> servers, String value) throws Exception {
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(servers, new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(TOPIC, value, value)).get();
        }
    }

    private static Set<String> receive(Map<String, Object> servers, String group, int count) {
        Map<String, Object> settings = Map.of("bootstrap.servers", servers.get("bootstrap.servers"), "group.id", group);
        Set<String> values = new TreeSet<>();
        try (KafkaShareConsumer<String, String> consumer =
                new KafkaShareConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(TOPIC));
            await().until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> values.add(record.value()));
                return values.size() >= count;
            });
        }
        return values;
    }
}
