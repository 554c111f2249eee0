package io.quantfleet.controlplane.security;

import io.quantfleet.protocols.signing.SigningKey;

/**
 * The key that signs MQTT credentials; the broker knows its public half. It may be another one than the key that signs
 * manifests, which can then be replaced without a word to the broker.
 */
public record CredentialKey(SigningKey key) {}
