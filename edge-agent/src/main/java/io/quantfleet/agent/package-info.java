/**
 * The program on the device. It enrols once, then keeps to the desired state that the control plane retains for it on
 * the MQTT broker: fetch, verify, self-test, switch, serve, measure, report.
 */
@NullMarked
package io.quantfleet.agent;

import org.jspecify.annotations.NullMarked;
