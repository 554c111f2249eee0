package io.quantfleet.cli.embedded;

import com.hivemq.extension.sdk.api.interceptor.publish.PublishInboundInterceptor;
import com.hivemq.extension.sdk.api.interceptor.publish.parameter.PublishInboundInput;
import com.hivemq.extension.sdk.api.interceptor.publish.parameter.PublishInboundOutput;
import com.hivemq.extension.sdk.api.packets.publish.PublishPacket;
import com.hivemq.extension.sdk.api.services.Services;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.mqtt.MqttTopics;
import io.quantfleet.protocols.security.Credentials;
import io.quantfleet.protocols.v1.Credential;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which credentials are void: what a service has retained on the topic {@code revoked} of each device. One that is
 * published while the device is connected ends its connection and its session. They are kept on disk, a file for each
 * device, as nothing else of this broker is: after a restart a device may be back before the control plane. HiveMQ calls
 * it from several threads.
 */
final class RevokedCredentials implements PublishInboundInterceptor {
    private static final Logger LOG = LoggerFactory.getLogger(RevokedCredentials.class);
    private static final String UNFINISHED = ".tmp";

    private final Path directory;
    private final Map<DeviceId, byte[]> revocations = new ConcurrentHashMap<>();

    /** Reads what was stored in the directory, and makes it if there is none. */
    RevokedCredentials(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                if (file.toString().endsWith(UNFINISHED)) {
                    Files.delete(file);
                } else {
                    revocations.put(device(file), Files.readAllBytes(file));
                }
            }
        }
    }

    /** Whether the device's credential is void. */
    boolean cover(DeviceId device, Credential credential) {
        byte[] known = revocations.get(device);
        return known != null && Credentials.isRevoked(credential, known);
    }

    @Override
    public void onInboundPublish(PublishInboundInput input, PublishInboundOutput output) {
        PublishPacket publish = input.getPublishPacket();
        if (publish.getRetain()) {
            MqttTopics.parseRevoked(publish.getTopic())
                    .ifPresent(device -> take(
                            device,
                            publish.getPayload().map(RevokedCredentials::bytes).orElse(new byte[0])));
        }
    }

    private void take(DeviceId device, byte[] news) {
        Optional<byte[]> before =
                Optional.ofNullable(news.length == 0 ? revocations.remove(device) : revocations.put(device, news));
        // The control plane says it again after each reconnection: a device that was readmitted since must not suffer.
        if (Arrays.equals(before.orElse(new byte[0]), news)) {
            return;
        }
        store(device, news);
        if (news.length > 0) {
            CompletableFuture<Void> unused = Services.clientService()
                    .invalidateSession(device.value())
                    .handle((ended, failure) -> {
                        if (failure != null) {
                            LOG.warn("can't end the session of a revoked device: deviceId={}", device, failure);
                        }
                        return null;
                    });
        }
    }

    private synchronized void store(DeviceId device, byte[] revocation) {
        Path file = file(device);
        try {
            if (revocation.length == 0) {
                Files.deleteIfExists(file);
                return;
            }
            Path beside = file.resolveSibling(file.getFileName() + UNFINISHED);
            Files.write(beside, revocation);
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.error("a revocation holds until the next restart only: deviceId={}", device, e);
        }
    }

    private Path file(DeviceId device) {
        return directory.resolve(Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(device.value().getBytes(StandardCharsets.UTF_8)));
    }

    private static DeviceId device(Path file) {
        byte[] name = Base64.getUrlDecoder().decode(file.getFileName().toString());
        return new DeviceId(new String(name, StandardCharsets.UTF_8));
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
