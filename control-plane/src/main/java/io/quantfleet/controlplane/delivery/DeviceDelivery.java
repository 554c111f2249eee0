package io.quantfleet.controlplane.delivery;

import io.quantfleet.controlplane.artifact.ArtifactSources;
import io.quantfleet.controlplane.device.Absences;
import io.quantfleet.controlplane.events.KafkaSettings;
import io.quantfleet.controlplane.lifecycle.Ticker;
import io.quantfleet.controlplane.rollout.Deliveries;
import io.quantfleet.controlplane.security.BrokerAccounts;
import io.quantfleet.controlplane.security.MqttAddress;
import io.quantfleet.controlplane.security.Revocations;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.protocols.artifact.ObjectStore;
import io.quantfleet.protocols.manifest.ManifestSigner;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;

/** Keeps the connection to the broker, and keeps on it what devices shall run. */
@Singleton
public class DeviceDelivery implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofMillis(250);

    private final PahoDeviceLink link;
    private final Ticker connecting;
    private final Ticker publishing;
    private final Ticker revoking;

    DeviceDelivery(
            MqttAddress address,
            KafkaSettings instance,
            BrokerAccounts accounts,
            DeviceInbox inbox,
            Deliveries deliveries,
            ManifestSigner signer,
            Revocations revocations,
            ObjectStore store,
            Database database,
            JdbiBrokerChunks chunks,
            ArtifactSources sources,
            DeliverySettings settings,
            Absences absences,
            ManifestTraces traces,
            Clock clock) {
        this.link = new PahoDeviceLink(new MqttLogin(address, instance.instanceId(), accounts), inbox, greeting -> {
            sources.brokerTakes(greeting.largestPacket());
            if (!greeting.knowsSession()) {
                absences.sessionsLost();
            }
        });
        ChunkPublisher chunkPublisher = new ChunkPublisher(store, link, database, chunks, clock);
        ManifestPublisher publisher =
                new ManifestPublisher(deliveries, chunkPublisher, signer, link, settings, traces, clock);
        this.connecting = new Ticker("mqtt-connection", PERIOD, () -> {
            link.connectIfNeeded();
            absences.tick();
        });
        RevocationPublisher revoking = new RevocationPublisher(revocations, accounts, link);
        this.revoking = new Ticker("revocations", PERIOD, revoking::tick);
        this.publishing = new Ticker("delivery", PERIOD, publisher::tick);
    }

    @Produces
    @Singleton
    DeviceLink link() {
        return link;
    }

    public void start() {
        connecting.start();
        publishing.start();
        revoking.start();
    }

    @Override
    public void close() {
        revoking.close();
        publishing.close();
        connecting.close();
        link.close();
    }
}
