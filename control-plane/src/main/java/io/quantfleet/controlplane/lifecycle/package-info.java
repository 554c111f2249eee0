/** Threads that work in the background: ticks that can be woken, and logs that tell of an outage once. */
@NullMarked
package io.quantfleet.controlplane.lifecycle;

import org.jspecify.annotations.NullMarked;
