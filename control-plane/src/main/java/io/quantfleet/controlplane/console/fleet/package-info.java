/** Fleets and what runs on them. */
@NullMarked
package io.quantfleet.controlplane.console.fleet;

import org.jspecify.annotations.NullMarked;
