package io.quantfleet.controlplane.security;

import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.security.Credentials;
import io.quantfleet.protocols.signing.SigningKey;
import io.quantfleet.protocols.v1.Role;
import java.time.Clock;

/**
 * For a broker that checks signed credentials by itself, as the embedded one does: it need not be told of anybody. See
 * docs/decisions/0001-signed-credentials-at-the-broker.md.
 */
public final class SignedAccounts implements BrokerAccounts {
    private final SigningKey key;
    private final Clock clock;

    public SignedAccounts(SigningKey key, Clock clock) {
        this.key = key;
        this.clock = clock;
    }

    @Override
    public String servicePassword() {
        return Credentials.issue(key, SERVICE, Role.ROLE_SERVICE, clock.instant());
    }

    @Override
    public void admit(DeviceId device, String password) {}

    @Override
    public void expel(DeviceId device) {}
}
