/**
 * Traces over what REST requests set going: the context is kept with what waits in the database, and travels in headers on
 * Kafka and in user properties over MQTT. Nothing is recorded unless a collector is configured.
 */
@NullMarked
package io.quantfleet.controlplane.trace;

import org.jspecify.annotations.NullMarked;
