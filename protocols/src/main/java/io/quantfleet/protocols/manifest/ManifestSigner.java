package io.quantfleet.protocols.manifest;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.quantfleet.protocols.signing.Domain;
import io.quantfleet.protocols.signing.SigningKey;
import io.quantfleet.protocols.v1.Manifest;
import io.quantfleet.protocols.v1.SignedManifest;
import io.quantfleet.protocols.v1.SignedTrustStatement;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/** Signs manifests, and sends the trust statement along with each. Safe for use by several threads. */
public final class ManifestSigner {
    private final SigningKey key;
    private final Optional<SignedTrustStatement> trust;

    /** @param trust which keys count, for devices that know its root key; empty where keys are never rotated */
    public ManifestSigner(SigningKey key, Optional<SignedTrustStatement> trust) {
        this.key = key;
        this.trust = trust;
    }

    /** The manifest's canonical bytes with an Ed25519 signature over them. */
    public SignedManifest sign(Manifest manifest) {
        return sign(ByteString.copyFrom(canonicalBytes(manifest)));
    }

    /** The same manifest by today's key and with today's trust statement; itself if it has both. */
    public SignedManifest renew(SignedManifest earlier) {
        boolean current = earlier.getKeyId().equals(key.keyId())
                && trust.equals(earlier.hasTrust() ? Optional.of(earlier.getTrust()) : Optional.empty());
        return current ? earlier : sign(earlier.getManifest());
    }

    private SignedManifest sign(ByteString content) {
        SignedManifest.Builder signed = SignedManifest.newBuilder()
                .setManifest(content)
                .setKeyId(key.keyId())
                .setSignature(ByteString.copyFrom(key.sign(Domain.MANIFEST, content.toByteArray())));
        trust.ifPresent(signed::setTrust);
        return signed.build();
    }

    /**
     * Protobuf's deterministic encoding: fields in the order of their numbers, defaults left out. Equal manifests have
     * equal canonical bytes. A verifier never re-encodes: it checks the signature over the bytes it was sent.
     */
    public static byte[] canonicalBytes(Manifest manifest) {
        byte[] bytes = new byte[manifest.getSerializedSize()];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.useDeterministicSerialization();
        try {
            manifest.writeTo(out);
            out.checkNoSpaceLeft();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes;
    }
}
