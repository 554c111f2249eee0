package io.quantfleet.cli.embedded;

import com.hivemq.extension.sdk.api.ExtensionMain;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartOutput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopOutput;
import com.hivemq.extension.sdk.api.services.Services;
import io.quantfleet.protocols.signing.VerificationKeys;

/** Makes HiveMQ ask {@link CredentialAuthenticator} about every client that connects, and expel those that are revoked. */
final class CredentialExtension implements ExtensionMain {
    private final CredentialAuthenticator authenticator;
    private final RevokedCredentials revoked;

    CredentialExtension(VerificationKeys trusted, RevokedCredentials revoked) {
        this.revoked = revoked;
        this.authenticator = new CredentialAuthenticator(trusted, revoked);
    }

    @Override
    public void extensionStart(ExtensionStartInput input, ExtensionStartOutput output) {
        Services.securityRegistry().setAuthenticatorProvider(provider -> authenticator);
        // Only services may publish on the topics that it watches.
        Services.initializerRegistry()
                .setClientInitializer((client, context) -> context.addPublishInboundInterceptor(revoked));
    }

    @Override
    public void extensionStop(ExtensionStopInput input, ExtensionStopOutput output) {
        // HiveMQ forgets the authenticator by itself.
    }
}
