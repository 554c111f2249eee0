package io.quantfleet.agent.app;

import static io.quantfleet.agent.testkit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.quantfleet.agent.enrol.PinnedKeys;
import io.quantfleet.agent.testkit.TestBroker;
import io.quantfleet.agent.testkit.TestControlPlane;
import io.quantfleet.agent.testkit.TestDeployment;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.manifest.ManifestSigner;
import io.quantfleet.protocols.mqtt.MqttTopics;
import io.quantfleet.protocols.mqtt.MqttTopics.Channel;
import io.quantfleet.protocols.signing.SigningKey;
import io.quantfleet.protocols.trust.TrustStatementSigner;
import io.quantfleet.protocols.v1.DeviceState;
import io.quantfleet.protocols.v1.Manifest;
import io.quantfleet.protocols.v1.ReportedState;
import io.quantfleet.protocols.v1.SignedManifest;
import io.quantfleet.protocols.v1.SignedTrustStatement;
import io.quantfleet.protocols.v1.TrustStatement;
import io.quantfleet.protocols.v1.TrustedKey;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The broker is in an attacker's hands: he reads everything, and publishes whatever he likes wherever he likes, but has
 * no key that counts. He may hold things up. Whatever he tries, the device serves what it was last told to by its control
 * plane, and takes the next thing that the control plane wants.
 */
class AttackerIT {
    @TempDir
    static Path brokerDirectory;

    @TempDir
    Path directory;

    private static final AtomicInteger DEVICES = new AtomicInteger();
    private static int port;
    private static TestBroker broker;

    private final SigningKey root = SigningKey.generate();
    private final SigningKey old = SigningKey.generate();
    private final SigningKey current = SigningKey.generate();
    private final DeviceId device = new DeviceId("target-" + DEVICES.incrementAndGet());
    private TestControlPlane wire;
    private RunningAgent agent;
    private TestDeployment first;
    private TestDeployment serving;

    @BeforeAll
    static void startBroker() throws Exception {
        port = TestBroker.freePort();
        broker = TestBroker.start(brokerDirectory, port);
    }

    @AfterAll
    static void stopBroker() throws Exception {
        broker.close();
    }

    /** The device serves its second deployment, signed by the key that replaced the first. */
    @BeforeEach
    void serve() throws Exception {
        wire = new TestControlPlane(TestBroker.uri(port), current, device);
        PinnedKeys pinned = new PinnedKeys(
                1, old.verificationKeys().toPem(), root.verificationKeys().toPem());
        agent = new RunningAgent(device, directory.resolve("state"), TestBroker.uri(port), pinned);
        first = TestDeployment.of(device, "first", 1);
        wire.publishChunks(first.chunks());
        wire.desire(new ManifestSigner(old, Optional.empty()).sign(first.manifest()));
        awaitActive(first);
        serving = TestDeployment.of(device, "second", 2);
        wire.publishChunks(serving.chunks());
        wire.desire(signed(serving));
        awaitActive(serving);
    }

    @AfterEach
    void stop() throws Exception {
        agent.close();
        wire.close();
    }

    @Test
    void replay() throws Exception {
        wire.desire(new ManifestSigner(current, Optional.of(revokingOld())).sign(first.manifest()));

        assertRefused(ReasonCode.MANIFEST_REPLAYED);
    }

    @Test
    void downgradeUnderAHigherSequence() throws Exception {
        Manifest raised = first.manifest().toBuilder().setSequence(9).build();
        SignedManifest genuine = signed(first);

        wire.desire(genuine.toBuilder().setManifest(raised.toByteString()).build());

        assertRefused(ReasonCode.SIGNATURE_INVALID);
    }

    @Test
    void tamperedChunk() throws Exception {
        TestDeployment next = TestDeployment.of(device, "third", 3);
        for (Map.Entry<Sha256, byte[]> chunk : next.chunks().entrySet()) {
            byte[] tampered = chunk.getValue().clone();
            tampered[tampered.length / 2] ^= 1;
            wire.publish(MqttTopics.chunk(chunk.getKey()), tampered);
        }

        wire.desire(signed(next));

        await().untilAsserted(() -> assertThat(wire.reports).anySatisfy(report -> assertThat(report.getReasonCode())
                .isEqualTo(ReasonCode.CHUNK_HASH_MISMATCH.name())));
        assertStillServesAndCanBeUpdated(4);
    }

    @Test
    void anotherDevicesManifest() throws Exception {
        TestDeployment others = TestDeployment.of(new DeviceId("somebody-else"), "third", 3);
        wire.publishChunks(others.chunks());

        wire.desire(signed(others));

        assertRefused(ReasonCode.MANIFEST_NOT_FOR_THIS_DEVICE);
    }

    @Test
    void aGenuineManifestOnForeignTopics() throws Exception {
        TestDeployment next = TestDeployment.of(device, "third", 3);
        wire.publishChunks(next.chunks());
        byte[] manifest = signed(next).toByteArray();

        wire.publish(MqttTopics.of(new DeviceId("somebody-else"), Channel.DESIRED), manifest);
        wire.publish(MqttTopics.chunk(Sha256.of(manifest)), manifest);

        assertStillServesAndCanBeUpdated(4);
        assertThat(wire.statesOf("third")).isEmpty();
    }

    @Test
    void expiredManifest() throws Exception {
        TestDeployment late =
                TestDeployment.of(device, "third", 3).expiringAt(Instant.now().minusSeconds(1));
        wire.publishChunks(late.chunks());

        wire.desire(signed(late));

        assertRefused(ReasonCode.MANIFEST_EXPIRED);
    }

    @Test
    void revokedKey() throws Exception {
        wire.desire(new ManifestSigner(old, Optional.empty())
                .sign(TestDeployment.of(device, "third", 3).manifest()));

        assertRefused(ReasonCode.KEY_REVOKED);
    }

    @Test
    void revokedKeyWithTheStatementFromBeforeItsRevocation() throws Exception {
        SignedTrustStatement before = statement(1, trusted(old));

        wire.desire(new ManifestSigner(old, Optional.of(before))
                .sign(TestDeployment.of(device, "third", 3).manifest()));

        assertRefused(ReasonCode.KEY_REVOKED);
    }

    @Test
    void revokedKeyAfterARestartOfTheDevice() throws Exception {
        agent.close();
        agent = new RunningAgent(
                device,
                directory.resolve("state"),
                TestBroker.uri(port),
                new PinnedKeys(
                        1,
                        old.verificationKeys().toPem(),
                        root.verificationKeys().toPem()));

        wire.desire(new ManifestSigner(old, Optional.empty())
                .sign(TestDeployment.of(device, "third", 3).manifest()));

        assertRefused(ReasonCode.KEY_REVOKED);
    }

    @Test
    void expiredKey() throws Exception {
        SigningKey shortLived = SigningKey.generate();
        TrustedKey expired = trusted(shortLived).toBuilder()
                .setNotAfter(Timestamp.newBuilder().setSeconds(Instant.now().getEpochSecond() - 1))
                .build();
        SignedTrustStatement statement = statement(3, trusted(current), expired);

        wire.desire(new ManifestSigner(shortLived, Optional.of(statement))
                .sign(TestDeployment.of(device, "third", 3).manifest()));

        assertRefused(ReasonCode.KEY_EXPIRED);
    }

    @Test
    void aKeyOfHisOwnInAStatementOfHisOwn() throws Exception {
        SigningKey his = SigningKey.generate();
        SignedTrustStatement forged = new TrustStatementSigner(his)
                .sign(TrustStatement.newBuilder()
                        .setVersion(99)
                        .addKeys(trusted(his))
                        .build());

        wire.desire(new ManifestSigner(his, Optional.of(forged))
                .sign(TestDeployment.of(device, "third", 3).manifest()));

        assertRefused(ReasonCode.TRUST_STATEMENT_INVALID);
    }

    @Test
    void noise() throws Exception {
        byte[] noise = new byte[300];
        Arrays.fill(noise, (byte) 0xa5);

        wire.publish(MqttTopics.of(device, Channel.DESIRED), noise);

        assertRefused(ReasonCode.MANIFEST_MALFORMED);
    }

    private void assertRefused(ReasonCode code) throws Exception {
        await().untilAsserted(
                        () -> assertThat(wire.lastReport().getReasonCode()).isEqualTo(code.name()));
        assertStillServesAndCanBeUpdated(4);
    }

    /** Nothing but what the control plane wanted was ever active, and the next thing that it wants is installed. */
    private void assertStillServesAndCanBeUpdated(long sequence) throws Exception {
        assertThat(wire.lastReport().getActiveVariantSha256()).isEqualTo(serving.variantSha256());
        TestDeployment next = TestDeployment.of(device, "wanted", sequence);
        wire.publishChunks(next.chunks());
        wire.desire(signed(next));
        awaitActive(next);
        assertThat(wire.reports)
                .filteredOn(report -> report.getState() == DeviceState.DEVICE_STATE_ACTIVE)
                .extracting(ReportedState::getDeploymentId)
                .containsOnly("first", "second", "wanted");
    }

    private void awaitActive(TestDeployment deployment) {
        String id = deployment.manifest().getDeploymentId();
        await().until(() -> wire.statesOf(id).contains(DeviceState.DEVICE_STATE_ACTIVE));
    }

    private SignedManifest signed(TestDeployment deployment) {
        return new ManifestSigner(current, Optional.of(revokingOld())).sign(deployment.manifest());
    }

    private SignedTrustStatement revokingOld() {
        return statement(2, trusted(current));
    }

    private SignedTrustStatement statement(long version, TrustedKey... keys) {
        TrustStatement.Builder statement = TrustStatement.newBuilder()
                .setVersion(version)
                .addAllKeys(Arrays.asList(keys))
                .addRootKeys(encoded(root));
        if (version > 1) {
            statement.addRevokedKeyIds(old.keyId());
        }
        return new TrustStatementSigner(root).sign(statement.build());
    }

    private static TrustedKey trusted(SigningKey key) {
        return TrustedKey.newBuilder().setPublicKey(encoded(key)).build();
    }

    private static ByteString encoded(SigningKey key) {
        return ByteString.copyFrom(key.verificationKeys().toX509().get(0));
    }
}
