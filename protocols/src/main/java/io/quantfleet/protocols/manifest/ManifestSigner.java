package io.quantfleet.protocols.manifest;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.quantfleet.protocols.signing.Domain;
import io.quantfleet.protocols.signing.SigningKey;
import io.quantfleet.protocols.v1.Manifest;
import io.quantfleet.protocols.v1.SignedManifest;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Signs manifests. Safe for use by several threads. */
public final class ManifestSigner {
    private final SigningKey key;

    public ManifestSigner(SigningKey key) {
        this.key = key;
    }

    /** The manifest's canonical bytes with an Ed25519 signature over them. */
    public SignedManifest sign(Manifest manifest) {
        byte[] content = canonicalBytes(manifest);
        return SignedManifest.newBuilder()
                .setManifest(ByteString.copyFrom(content))
                .setKeyId(key.keyId())
                .setSignature(ByteString.copyFrom(key.sign(Domain.MANIFEST, content)))
                .build();
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
