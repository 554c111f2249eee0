package io.quantfleet.protocols.signing;

import java.nio.charset.StandardCharsets;

/** What a signature is for. Its separator is signed with the content, so that none can pass for one of another kind. */
public enum Domain {
    MANIFEST("quantfleet-manifest-v1"),
    CREDENTIAL("quantfleet-credential-v1"),
    TRUST("quantfleet-trust-v1"),
    /** Of nothing but this: the secret behind signed addresses of artifacts. */
    ARTIFACT_URL("quantfleet-artifact-url-v1");

    private final String separator;

    Domain(String name) {
        this.separator = name + "\0";
    }

    byte[] separator() {
        return separator.getBytes(StandardCharsets.US_ASCII);
    }
}
