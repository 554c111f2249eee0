/**
 * The agent's directory on the device's disk: one process at a time, one layout version, and files that are replaced as
 * a whole or not at all.
 */
@NullMarked
package io.quantfleet.agent.state;

import org.jspecify.annotations.NullMarked;
