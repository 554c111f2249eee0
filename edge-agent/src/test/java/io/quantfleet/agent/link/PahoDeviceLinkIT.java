package io.quantfleet.agent.link;

import static io.quantfleet.agent.testkit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.agent.Backoff;
import io.quantfleet.agent.enrol.Identity;
import io.quantfleet.agent.enrol.PinnedKeys;
import io.quantfleet.agent.testkit.Patience;
import io.quantfleet.agent.testkit.TestBroker;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.signing.SigningKey;
import io.quantfleet.protocols.trace.TraceParent;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PahoDeviceLinkIT implements DeviceLink.Listener {
    private static final int MESSAGES = 5000;
    private static final String TOPIC = "quantfleet/v1/devices/cam/telemetry";

    @TempDir
    private Path directory;

    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger lostSessions = new AtomicInteger();
    private final List<Optional<TraceParent>> traces = new CopyOnWriteArrayList<>();
    private TestBroker broker;
    private DeviceLink link;
    private int port;

    @BeforeEach
    void connect() throws Exception {
        port = TestBroker.freePort();
        broker = TestBroker.start(directory.resolve("first"), port);
        DeviceId device = new DeviceId("cam");
        Identity identity = new Identity(
                device,
                "rpi-cpu",
                "line-1",
                "secret",
                TestBroker.uri(port),
                new PinnedKeys(0, SigningKey.generate().verificationKeys().toPem(), List.of()));
        link = new PahoDeviceLink(
                identity,
                new PresenceMessages(device, "rpi-cpu", "1.0.0", Clock.systemUTC()),
                new Backoff(Duration.ofMillis(50), Duration.ofMillis(200), new Random(1)),
                Duration.ZERO,
                false);
        link.start(this);
        await().until(() -> connections.get() == 1);
    }

    @AfterEach
    void disconnect() throws Exception {
        link.close();
        broker.close();
    }

    @Test
    void publishesThousandsOfMessagesOneAfterTheOther() throws Exception {
        for (int i = 0; i < MESSAGES; i++) {
            link.publish(TOPIC, new byte[] {1}, false).get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @Test
    void publishesThousandsOfMessagesWithoutWaiting() {
        List<CompletableFuture<Void>> sent = new ArrayList<>();
        for (int i = 0; i < MESSAGES; i++) {
            sent.add(link.publish(TOPIC, new byte[] {1}, false));
        }

        assertThat(CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new)))
                .succeedsWithin(Patience.LIMIT);
    }

    @Test
    void tellsOfASessionThatTheBrokerHasLost() throws Exception {
        assertThat(lostSessions).hasValue(1);
        broker.close();

        broker = TestBroker.start(directory.resolve("second"), port);

        await().until(() -> connections.get() == 2);
        assertThat(lostSessions).hasValue(2);
    }

    @Test
    void traceContextTravelsAsAUserPropertyBothWays() throws Exception {
        TraceParent trace = new TraceParent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        link.subscribe(List.of(TOPIC));

        link.publish(TOPIC, new byte[] {1}, false).get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
        link.publish(TOPIC, new byte[] {2}, false, trace).get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);

        await().untilAsserted(() -> assertThat(traces).containsExactly(Optional.empty(), Optional.of(trace)));
    }

    @Override
    public void received(String topic, byte[] payload, TraceParent trace, Runnable acknowledge) {
        traces.add(Optional.of(trace));
        acknowledge.run();
    }

    @Override
    public void sessionLost() {
        lostSessions.incrementAndGet();
    }

    @Override
    public void connected() {
        connections.incrementAndGet();
    }

    @Override
    public void disconnected() {}

    @Override
    public void received(String topic, byte[] payload, Runnable acknowledge) {
        traces.add(Optional.empty());
        acknowledge.run();
    }
}
