package io.quantfleet.cli.embedded;

import com.hivemq.extension.sdk.api.auth.SimpleAuthenticator;
import com.hivemq.extension.sdk.api.auth.parameter.SimpleAuthInput;
import com.hivemq.extension.sdk.api.auth.parameter.SimpleAuthOutput;
import com.hivemq.extension.sdk.api.auth.parameter.TopicPermission;
import com.hivemq.extension.sdk.api.auth.parameter.TopicPermission.MqttActivity;
import com.hivemq.extension.sdk.api.auth.parameter.TopicPermission.SharedSubscription;
import com.hivemq.extension.sdk.api.packets.auth.DefaultAuthorizationBehaviour;
import com.hivemq.extension.sdk.api.packets.auth.ModifiableDefaultPermissions;
import com.hivemq.extension.sdk.api.packets.connect.ConnackReasonCode;
import com.hivemq.extension.sdk.api.packets.connect.ConnectPacket;
import com.hivemq.extension.sdk.api.services.builder.Builders;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.mqtt.MqttTopics;
import io.quantfleet.protocols.mqtt.MqttTopics.Channel;
import io.quantfleet.protocols.security.Credentials;
import io.quantfleet.protocols.signing.VerificationKeys;
import io.quantfleet.protocols.v1.Credential;
import io.quantfleet.protocols.v1.Role;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Admits a client whose password is a credential signed by a trusted key for its user name, and not revoked. A device must also use its
 * id as client id, so that nobody but itself can take over its session; it may read its desired state and chunks, and
 * write what it reports. A service may use every topic of Quantfleet. Everything else is denied. HiveMQ calls it from
 * several threads.
 */
final class CredentialAuthenticator implements SimpleAuthenticator {
    private static final Logger LOG = LoggerFactory.getLogger(CredentialAuthenticator.class);

    private final VerificationKeys trusted;
    private final RevokedCredentials revoked;

    CredentialAuthenticator(VerificationKeys trusted, RevokedCredentials revoked) {
        this.trusted = trusted;
        this.revoked = revoked;
    }

    @Override
    public void onConnect(SimpleAuthInput input, SimpleAuthOutput output) {
        ConnectPacket connect = input.getConnectPacket();
        Optional<Credential> credential = credential(connect);
        ModifiableDefaultPermissions permissions = output.getDefaultPermissions();
        permissions.clear();
        permissions.setDefaultBehaviour(DefaultAuthorizationBehaviour.DENY);
        if (credential.isEmpty() || !grant(credential.get(), connect.getClientId(), permissions)) {
            refuse(output, connect.getClientId(), "no valid credential for this client");
        } else if (credential.get().getRole() == Role.ROLE_DEVICE
                && revoked.cover(new DeviceId(connect.getClientId()), credential.get())) {
            refuse(output, connect.getClientId(), "this credential was revoked");
        } else {
            output.authenticateSuccessfully();
        }
    }

    private static void refuse(SimpleAuthOutput output, String clientId, String reason) {
        LOG.info("refused an MQTT client: clientId={} reason={}", clientId, reason);
        output.failAuthentication(ConnackReasonCode.NOT_AUTHORIZED, reason);
    }

    private Optional<Credential> credential(ConnectPacket connect) {
        return connect.getUserName().flatMap(user -> connect.getPassword()
                .map(CredentialAuthenticator::text)
                .flatMap(password -> Credentials.verify(trusted, user, password)));
    }

    private static boolean grant(Credential credential, String clientId, ModifiableDefaultPermissions permissions) {
        if (credential.getRole() == Role.ROLE_SERVICE) {
            permissions.add(Builders.topicPermission()
                    .topicFilter(MqttTopics.everything())
                    .activity(MqttActivity.ALL)
                    .build());
            return true;
        }
        if (credential.getRole() == Role.ROLE_DEVICE && clientId.equals(credential.getSubject())) {
            DeviceId device = new DeviceId(clientId);
            permissions.add(readable(MqttTopics.of(device, Channel.DESIRED)));
            permissions.add(readable(MqttTopics.everyChunk()));
            permissions.add(writable(MqttTopics.of(device, Channel.REPORTED)));
            permissions.add(writable(MqttTopics.of(device, Channel.PRESENCE)));
            permissions.add(writable(MqttTopics.of(device, Channel.TELEMETRY)));
            return true;
        }
        return false;
    }

    private static TopicPermission readable(String filter) {
        return Builders.topicPermission()
                .topicFilter(filter)
                .activity(MqttActivity.SUBSCRIBE)
                .sharedSubscription(SharedSubscription.NOT_SHARED)
                .build();
    }

    private static TopicPermission writable(String topic) {
        return Builders.topicPermission()
                .topicFilter(topic)
                .activity(MqttActivity.PUBLISH)
                .build();
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }
}
