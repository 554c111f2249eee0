/**
 * {@code quantfleet simulate}: a fleet in one process. Each device is the agent's own core, with its state in memory, over
 * an MQTT client that shares an event loop with all others, and with a stand-in for the runtime. What goes wrong with
 * devices in the field can be made to go wrong with them.
 */
@NullMarked
package io.quantfleet.cli.simulate;

import org.jspecify.annotations.NullMarked;
