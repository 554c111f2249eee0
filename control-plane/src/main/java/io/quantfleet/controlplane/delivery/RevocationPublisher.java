package io.quantfleet.controlplane.delivery;

import io.quantfleet.controlplane.security.BrokerAccounts;
import io.quantfleet.controlplane.security.Revocation;
import io.quantfleet.controlplane.security.Revocations;
import io.quantfleet.protocols.mqtt.MqttTopics;
import io.quantfleet.protocols.mqtt.MqttTopics.Channel;
import io.quantfleet.protocols.security.Credentials;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.jboss.logging.Logger;

/**
 * Tells the broker which credentials are void, and clears what the devices had retained there. All of them again with every
 * new connection, for a broker may lose what it retained. Every step may be repeated. For use by one thread.
 */
final class RevocationPublisher {
    private static final Logger LOG = Logger.getLogger(RevocationPublisher.class);
    private static final int BATCH = 200;

    private final Revocations revocations;
    private final BrokerAccounts accounts;
    private final DeviceLink link;
    private long connection;

    RevocationPublisher(Revocations revocations, BrokerAccounts accounts, DeviceLink link) {
        this.revocations = revocations;
        this.accounts = accounts;
        this.link = link;
    }

    /** Publishes what waits; does nothing while there is no connection. */
    void tick() throws InterruptedException {
        OptionalLong now = link.connection();
        if (now.isEmpty()) {
            return;
        }
        if (now.getAsLong() != connection) {
            republish();
            connection = now.getAsLong();
        }
        List<Revocation> pending = revocations.pending(BATCH);
        for (Revocation revocation : pending) {
            accounts.expel(revocation.device());
        }
        publish(pending);
        clear(pending);
        if (!pending.isEmpty()) {
            revocations.published(pending);
            LOG.infof("credentials revoked at the broker: devices=%d", pending.size());
        }
    }

    private void republish() throws InterruptedException {
        String behind = "";
        List<Revocation> some;
        do {
            some = revocations.behind(behind, BATCH);
            publish(some);
            if (!some.isEmpty()) {
                behind = some.get(some.size() - 1).device().value();
            }
        } while (some.size() == BATCH);
    }

    private void publish(List<Revocation> some) throws InterruptedException {
        List<CompletableFuture<Void>> sent = new ArrayList<>();
        for (Revocation revocation : some) {
            sent.add(link.publishRetained(
                    MqttTopics.revoked(revocation.device()), Credentials.revocation(revocation.issuedUntil())));
        }
        Acknowledgements.await(sent);
    }

    // A device that comes back counts its reports from one: an old one must not pass for newer.
    private void clear(List<Revocation> some) throws InterruptedException {
        List<CompletableFuture<Void>> sent = new ArrayList<>();
        for (Revocation revocation : some) {
            for (Channel channel : List.of(Channel.DESIRED, Channel.REPORTED, Channel.PRESENCE)) {
                sent.add(link.publishRetained(MqttTopics.of(revocation.device(), channel), new byte[0]));
            }
        }
        Acknowledgements.await(sent);
    }
}
