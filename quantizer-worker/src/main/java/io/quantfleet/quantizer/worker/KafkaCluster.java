package io.quantfleet.quantizer.worker;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the worker asks of the Kafka cluster besides records. Safe for use by several threads. */
final class KafkaCluster implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaCluster.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration HEALTH_PATIENCE = Duration.ofSeconds(2);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final int USUAL_DELIVERY_LIMIT = 5;
    private static final String DELIVERY_LIMIT = "group.share.delivery.count.limit";
    private static final String SHARE_FEATURE = "share.version";

    private final String bootstrapServers;
    private final Admin admin;

    private KafkaCluster(String bootstrapServers, Admin admin) {
        this.bootstrapServers = bootstrapServers;
        this.admin = admin;
    }

    /** Makes a client, which connects when it is first used. */
    static KafkaCluster at(String bootstrapServers) {
        return new KafkaCluster(
                bootstrapServers,
                Admin.create(Map.of(
                        AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers,
                        AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis(),
                        AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) (PATIENCE.toMillis() / 2))));
    }

    /**
     * Waits for the cluster and sets up the workers' share group: it begins with the oldest job, and a lock lasts
     * {@code lockDuration}. Setting it again changes nothing.
     *
     * @param stopping ends the wait
     * @return how often Kafka delivers a record before it drops it; empty if {@code stopping} came first
     * @throws IllegalStateException if the cluster has no share groups
     */
    Optional<Integer> prepare(String group, Duration lockDuration, CountDownLatch stopping)
            throws InterruptedException {
        for (String lastReason = ""; stopping.getCount() > 0; stopping.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
            try {
                requireShareGroups();
                configure(group, lockDuration);
                return Optional.of(deliveryLimit());
            } catch (ApiException e) {
                if (stopping.getCount() > 0 && !lastReason.equals(e.toString())) {
                    lastReason = e.toString();
                    LOG.warn("waiting for Kafka at {}: {}", bootstrapServers, lastReason);
                }
            }
        }
        return Optional.empty();
    }

    /** Whether a broker answers within two seconds. */
    boolean isReachable() throws InterruptedException {
        try {
            return !admin.describeCluster()
                    .nodes()
                    .get(HEALTH_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                    .isEmpty();
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("Kafka does not answer", e);
            return false;
        }
    }

    private void requireShareGroups() throws InterruptedException {
        FinalizedVersionRange share = await(admin.describeFeatures().featureMetadata())
                .finalizedFeatures()
                .get(SHARE_FEATURE);
        if (share == null || share.maxVersionLevel() < 1) {
            throw new IllegalStateException("Kafka at " + bootstrapServers
                    + " has no share groups: it takes Kafka 4.2 or"
                    + " later with the feature " + SHARE_FEATURE + "=1 (bin/kafka-features.sh upgrade --feature "
                    + SHARE_FEATURE + "=1)");
        }
    }

    private void configure(String group, Duration lockDuration) throws InterruptedException {
        Map<String, String> wanted = Map.of(
                "share.auto.offset.reset",
                "earliest",
                "share.record.lock.duration.ms",
                Long.toString(lockDuration.toMillis()));
        Collection<AlterConfigOp> changes = wanted.entrySet().stream()
                .map(entry ->
                        new AlterConfigOp(new ConfigEntry(entry.getKey(), entry.getValue()), AlterConfigOp.OpType.SET))
                .toList();
        try {
            await(admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.GROUP, group), changes))
                    .all());
        } catch (ApiException e) {
            if (e instanceof RetriableException) {
                throw e;
            }
            LOG.warn(
                    "the share group keeps the settings that it has: group={} wanted={} reason={}",
                    group,
                    wanted,
                    e.toString());
        }
    }

    private int deliveryLimit() throws InterruptedException {
        try {
            Node node = await(admin.describeCluster().nodes()).iterator().next();
            ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, node.idString());
            Map<ConfigResource, Config> configs =
                    await(admin.describeConfigs(List.of(broker)).all());
            return Optional.ofNullable(configs.get(broker))
                    .flatMap(config -> Optional.ofNullable(config.get(DELIVERY_LIMIT)))
                    .map(entry -> Integer.parseInt(entry.value()))
                    .orElse(USUAL_DELIVERY_LIMIT);
        } catch (ApiException e) {
            if (e instanceof RetriableException) {
                throw e;
            }
            LOG.info("supposing {}={}: {}", DELIVERY_LIMIT, USUAL_DELIVERY_LIMIT, e.toString());
            return USUAL_DELIVERY_LIMIT;
        }
    }

    private static <T> T await(KafkaFuture<T> answer) throws InterruptedException {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ApiException api) {
                throw api;
            }
            throw new KafkaException("asking Kafka failed", e.getCause());
        }
    }

    /** Fails what is being asked, at once and for good. */
    void abort() {
        admin.close(Duration.ZERO);
    }

    @Override
    public String toString() {
        return bootstrapServers;
    }

    @Override
    public void close() {
        admin.close(HEALTH_PATIENCE);
    }
}
