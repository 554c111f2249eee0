/** The device's connection to its broker: one session that outlives connections, and nothing queued in memory. */
@NullMarked
package io.quantfleet.agent.link;

import org.jspecify.annotations.NullMarked;
