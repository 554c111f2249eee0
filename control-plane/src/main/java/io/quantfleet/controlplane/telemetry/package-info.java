/** The way back: what devices say over MQTT goes to Kafka, and from there into windows and roll-ups by the minute. */
@NullMarked
package io.quantfleet.controlplane.telemetry;

import org.jspecify.annotations.NullMarked;
