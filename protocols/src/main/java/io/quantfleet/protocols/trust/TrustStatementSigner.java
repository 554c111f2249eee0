package io.quantfleet.protocols.trust;

import com.google.protobuf.ByteString;
import io.quantfleet.protocols.signing.Domain;
import io.quantfleet.protocols.signing.SigningKey;
import io.quantfleet.protocols.v1.SignedTrustStatement;
import io.quantfleet.protocols.v1.TrustStatement;

/** Signs trust statements with a root key. Safe for use by several threads. */
public final class TrustStatementSigner {
    private final SigningKey root;

    public TrustStatementSigner(SigningKey root) {
        this.root = root;
    }

    /** The statement with an Ed25519 signature over its bytes. */
    public SignedTrustStatement sign(TrustStatement statement) {
        byte[] content = statement.toByteArray();
        return SignedTrustStatement.newBuilder()
                .setStatement(ByteString.copyFrom(content))
                .setKeyId(root.keyId())
                .setSignature(ByteString.copyFrom(root.sign(Domain.TRUST, content)))
                .build();
    }
}
