/** Signed credentials: who may connect to the MQTT broker, as whom. */
@NullMarked
package io.quantfleet.protocols.security;

import org.jspecify.annotations.NullMarked;
