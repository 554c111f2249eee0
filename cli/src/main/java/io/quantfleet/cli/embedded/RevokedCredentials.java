package io.quantfleet.cli.embedded;

import com.hivemq.extension.sdk.api.interceptor.publish.PublishInboundInterceptor;
import com.hivemq.extension.sdk.api.interceptor.publish.parameter.PublishInboundInput;
import com.hivemq.extension.sdk.api.interceptor.publish.parameter.PublishInboundOutput;
import com.hivemq.extension.sdk.api.packets.publish.PublishPacket;
import com.hivemq.extension.sdk.api.services.Services;
import com.hivemq.extension.sdk.api.services.publish.RetainedPublish;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.mqtt.MqttTopics;
import io.quantfleet.protocols.security.Credentials;
import io.quantfleet.protocols.v1.Credential;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which credentials are void: what a service has retained on the topic {@code revoked} of each device. One that is
 * published while the device is connected ends its connection and its session. HiveMQ calls it from several threads.
 */
final class RevokedCredentials implements PublishInboundInterceptor {
    private static final Logger LOG = LoggerFactory.getLogger(RevokedCredentials.class);

    // What was published since the start, for a device may be back before HiveMQ has stored it.
    private final Map<DeviceId, byte[]> recent = new ConcurrentHashMap<>();

    /** Whether the device's credential is void. */
    CompletableFuture<Boolean> covers(DeviceId device, Credential credential) {
        byte[] known = recent.get(device);
        if (known != null) {
            return CompletableFuture.completedFuture(Credentials.isRevoked(credential, known));
        }
        return retained(device)
                .thenApply(retained -> retained.filter(revocation -> Credentials.isRevoked(credential, revocation))
                        .isPresent());
    }

    @Override
    public void onInboundPublish(PublishInboundInput input, PublishInboundOutput output) {
        PublishPacket publish = input.getPublishPacket();
        if (publish.getRetain()) {
            MqttTopics.parseRevoked(publish.getTopic()).ifPresent(device -> revoke(device, publish.getPayload()));
        }
    }

    private void revoke(DeviceId device, Optional<ByteBuffer> payload) {
        Optional<byte[]> revocation = payload.map(RevokedCredentials::bytes).filter(bytes -> bytes.length > 0);
        if (revocation.isEmpty()) {
            recent.remove(device);
            return;
        }
        byte[] news = revocation.get();
        recent.put(device, news);
        // The control plane says it again after each reconnection: a device that was readmitted since must not suffer.
        CompletableFuture<Void> unused = retained(device)
                .thenCompose(before ->
                        before.filter(known -> Arrays.equals(known, news)).isPresent()
                                ? CompletableFuture.completedFuture(false)
                                : Services.clientService().invalidateSession(device.value()))
                .handle((ended, failure) -> {
                    if (failure != null) {
                        LOG.warn("can't end the session of a revoked device: deviceId={}", device, failure);
                    }
                    return null;
                });
    }

    private static CompletableFuture<Optional<byte[]>> retained(DeviceId device) {
        return Services.retainedMessageStore()
                .getRetainedMessage(MqttTopics.revoked(device))
                .thenApply(retained ->
                        retained.flatMap(RetainedPublish::getPayload).map(RevokedCredentials::bytes));
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
