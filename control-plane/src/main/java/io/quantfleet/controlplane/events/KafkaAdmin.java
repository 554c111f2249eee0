package io.quantfleet.controlplane.events;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.kafka.KafkaTopics;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;

/** Prepares the topics and groups, and says whether Kafka is there. Safe for use by several threads. */
@Singleton
public class KafkaAdmin {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration HEALTH_PATIENCE = Duration.ofSeconds(2);

    private final KafkaSettings settings;
    private final KafkaTopics topics;
    private final Admin admin;

    KafkaAdmin(KafkaSettings settings, KafkaTopics topics) {
        this.settings = settings;
        this.topics = topics;
        Map<String, Object> properties = settings.clientProperties("admin");
        properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
        properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) HEALTH_PATIENCE.toMillis());
        this.admin = Admin.create(properties);
    }

    /**
     * Makes the topics that are missing, and lets the workers' share group begin with the oldest job: by default a share
     * group begins with what comes after its first member.
     *
     * @throws ControlPlaneException {@code UNAVAILABLE} if Kafka is away
     */
    public void prepare() throws InterruptedException {
        for (String topic : topics.all()) {
            NewTopic wanted = new NewTopic(topic, Optional.of(partitions(topic)), Optional.empty());
            await(admin.createTopics(List.of(wanted)).all(), PATIENCE);
        }
        ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, topics.workersGroup());
        AlterConfigOp earliest =
                new AlterConfigOp(new ConfigEntry("share.auto.offset.reset", "earliest"), AlterConfigOp.OpType.SET);
        await(admin.incrementalAlterConfigs(Map.of(group, List.of(earliest))).all(), PATIENCE);
    }

    /**
     * The jobs have one partition, which every worker shares: of several, a worker that died would keep its own until its
     * session runs out. Every worker reads all of the job control, so it needs no more than one either. See {@code docs/decisions/0002-quantization-jobs-on-share-groups.md}.
     */
    private int partitions(String topic) {
        boolean one = List.of(topics.quantizationJobs(), topics.trainingJobs(), topics.quantizationControl())
                .contains(topic);
        return one ? 1 : settings.partitions();
    }

    /**
     * Asks for the brokers.
     *
     * @throws ControlPlaneException {@code UNAVAILABLE} if none answers within two seconds
     */
    public void ping() throws InterruptedException {
        await(admin.describeCluster().nodes(), HEALTH_PATIENCE);
    }

    private void await(KafkaFuture<?> answer, Duration patience) throws InterruptedException {
        try {
            answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw unavailable(String.valueOf(e.getCause()), e);
            }
        } catch (TimeoutException e) {
            throw unavailable("no answer within " + patience.toSeconds() + " s", e);
        }
    }

    private ControlPlaneException unavailable(String why, Exception cause) {
        return new ControlPlaneException(
                ReasonCode.UNAVAILABLE, "Kafka at " + settings.bootstrapServers() + ": " + why, cause);
    }

    @PreDestroy
    void close() {
        admin.close(HEALTH_PATIENCE);
    }
}
