package io.quantfleet.controlplane.artifact;

import io.quantfleet.protocols.signing.SigningKey;

/** The key from which the secret behind signed addresses follows. */
public record UrlKey(SigningKey key) {}
