/** Fleets: named sets of devices, static or by query, and who is in them. */
@NullMarked
package io.quantfleet.controlplane.fleet;

import org.jspecify.annotations.NullMarked;
