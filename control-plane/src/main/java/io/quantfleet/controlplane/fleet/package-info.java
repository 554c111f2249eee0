/** Fleets: named sets of devices. */
@NullMarked
package io.quantfleet.controlplane.fleet;

import org.jspecify.annotations.NullMarked;
