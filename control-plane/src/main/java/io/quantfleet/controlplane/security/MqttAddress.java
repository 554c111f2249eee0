package io.quantfleet.controlplane.security;

import java.net.URI;

/**
 * Where the MQTT broker is.
 *
 * @param forUs what the control plane connects to
 * @param forDevices what devices are told
 */
public record MqttAddress(URI forUs, URI forDevices) {}
