package io.quantfleet.controlplane.app;

import io.quantfleet.controlplane.Ids;
import io.quantfleet.controlplane.alert.AlertPeriod;
import io.quantfleet.controlplane.artifact.DeliveryRoutes;
import io.quantfleet.controlplane.artifact.UrlKey;
import io.quantfleet.controlplane.artifact.WorkDirectory;
import io.quantfleet.controlplane.delivery.DeliverySettings;
import io.quantfleet.controlplane.delta.DeltaPolicy;
import io.quantfleet.controlplane.events.KafkaSettings;
import io.quantfleet.controlplane.model.QuantizationDefaults;
import io.quantfleet.controlplane.rollout.ManifestValidity;
import io.quantfleet.controlplane.rollout.RolloutSettings;
import io.quantfleet.controlplane.security.BrokerAccounts;
import io.quantfleet.controlplane.security.CredentialKey;
import io.quantfleet.controlplane.security.ManifestKeys;
import io.quantfleet.controlplane.security.MosquittoDynamicSecurity;
import io.quantfleet.controlplane.security.MqttAddress;
import io.quantfleet.controlplane.security.SignedAccounts;
import io.quantfleet.controlplane.telemetry.TelemetryRetention;
import io.quantfleet.controlplane.trace.DeviceSampling;
import io.quantfleet.protocols.artifact.Chunker;
import io.quantfleet.protocols.artifact.DirectoryObjectStore;
import io.quantfleet.protocols.artifact.ObjectStore;
import io.quantfleet.protocols.kafka.KafkaTopics;
import io.quantfleet.protocols.manifest.ManifestSigner;
import io.quantfleet.protocols.signing.SigningKey;
import io.quantfleet.protocols.v1.SignedTrustStatement;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;

/** Makes what the features share from the configuration. */
@Singleton
final class Wiring {
    @Produces
    @Singleton
    static Clock clock() {
        return Clock.systemUTC();
    }

    @Produces
    @Singleton
    static Ids ids() {
        return UUID::randomUUID;
    }

    @Produces
    @Singleton
    static ObjectStore objectStore(ControlPlaneConfig config) throws IOException {
        return new DirectoryObjectStore(config.objectStore().directory());
    }

    @Produces
    @Singleton
    static WorkDirectory workDirectory(ControlPlaneConfig config, Clock clock) throws IOException {
        return new WorkDirectory(config.objectStore().directory().resolve("tmp/work"), clock.instant());
    }

    @Produces
    @Singleton
    static ManifestKeys manifestKeys(ControlPlaneConfig config, Clock clock) throws IOException {
        Optional<Path> file = config.trustStatement();
        Optional<SignedTrustStatement> statement = file.isPresent()
                ? Optional.of(SignedTrustStatement.parseFrom(Files.readAllBytes(file.get())))
                : Optional.empty();
        return new ManifestKeys(
                SigningKey.read(config.signingKey()).signingBy(BouncyCastleEd25519::new), statement, clock.instant());
    }

    @Produces
    @Singleton
    static CredentialKey credentialKey(ControlPlaneConfig config) throws IOException {
        return new CredentialKey(SigningKey.read(config.credentialKey().orElse(config.signingKey()))
                .signingBy(BouncyCastleEd25519::new));
    }

    @Produces
    @Singleton
    static KafkaTopics topics(ControlPlaneConfig config) {
        return new KafkaTopics(config.kafka().topicPrefix().orElse(""));
    }

    @Produces
    @Singleton
    static Chunker chunker() {
        return new Chunker(Chunker.DEFAULT_CHUNK_BYTES);
    }

    @Produces
    @Singleton
    static MqttAddress mqttAddress(ControlPlaneConfig config) {
        return new MqttAddress(
                config.mqtt().uri(),
                config.mqtt().publicUri().orElse(config.mqtt().uri()));
    }

    @Produces
    @Singleton
    static BrokerAccounts brokerAccounts(ControlPlaneConfig config, CredentialKey key, Clock clock) {
        if (config.mqtt().accounts() == ControlPlaneConfig.Mqtt.Accounts.SIGNED) {
            return new SignedAccounts(key.key(), clock);
        }
        String password = config.mqtt()
                .password()
                .orElseThrow(() -> new IllegalStateException(
                        "quantfleet.mqtt.password is missing: Mosquitto's dynamic security plugin asks for it"));
        return new MosquittoDynamicSecurity(config.mqtt().uri(), password);
    }

    @Produces
    @Singleton
    static KafkaSettings kafkaSettings(ControlPlaneConfig config) {
        String instanceId = config.kafka().instanceId().orElseGet(Wiring::hostName);
        return new KafkaSettings(
                config.kafka().bootstrapServers(), instanceId, config.kafka().partitions());
    }

    @Produces
    @Singleton
    static QuantizationDefaults quantizationDefaults(ControlPlaneConfig config) {
        return new QuantizationDefaults(
                config.accuracy().maxLossPoints(), config.probe().samples());
    }

    @Produces
    @Singleton
    static ManifestValidity manifestValidity(ControlPlaneConfig config) {
        return new ManifestValidity(config.manifest().validity());
    }

    @Produces
    @Singleton
    static DeltaPolicy deltaPolicy(ControlPlaneConfig config) {
        return new DeltaPolicy(
                config.delta().patience(),
                config.delta().timeLimit(),
                config.delta().maxBytes());
    }

    /** Not a manifest key: those change while addresses are in use. */
    @Produces
    @Singleton
    static UrlKey urlKey(CredentialKey key) {
        return new UrlKey(key.key());
    }

    @Produces
    @Singleton
    static DeliveryRoutes deliveryRoutes(ControlPlaneConfig config) {
        return new DeliveryRoutes(
                config.delivery().publicUri(), config.delivery().maxBrokerBytes());
    }

    @Produces
    @Singleton
    static DeliverySettings deliverySettings(ControlPlaneConfig config) {
        return new DeliverySettings(config.delivery().withdrawPeriod());
    }

    @Produces
    @Singleton
    static ManifestSigner manifestSigner(ManifestKeys keys) {
        return new ManifestSigner(keys.active(), keys.statement());
    }

    @Produces
    @Singleton
    static TelemetryRetention telemetryRetention(ControlPlaneConfig config) {
        ControlPlaneConfig.Telemetry.Retention retention = config.telemetry().retention();
        return new TelemetryRetention(retention.windows(), retention.minutes(), retention.hours(), retention.days());
    }

    @Produces
    @Singleton
    static RolloutSettings rolloutSettings(ControlPlaneConfig config) {
        return new RolloutSettings(config.rollouts().period(), config.rollouts().rollbackPause());
    }

    @Produces
    @Singleton
    static AlertPeriod alertPeriod(ControlPlaneConfig config) {
        return new AlertPeriod(config.alerts().period());
    }

    @Produces
    @Singleton
    static DeviceSampling deviceSampling(ControlPlaneConfig config) {
        return new DeviceSampling(
                config.tracing().devicesPerRollout(), config.tracing().deviceRatio());
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
