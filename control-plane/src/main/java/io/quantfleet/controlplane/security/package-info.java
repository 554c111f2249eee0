/** Who may join: enrolment tokens, enrolment, and the credentials that devices connect to the MQTT broker with. */
@NullMarked
package io.quantfleet.controlplane.security;

import org.jspecify.annotations.NullMarked;
