/** The way to the devices: chunks and signed manifests, retained on the MQTT broker. */
@NullMarked
package io.quantfleet.controlplane.delivery;

import org.jspecify.annotations.NullMarked;
