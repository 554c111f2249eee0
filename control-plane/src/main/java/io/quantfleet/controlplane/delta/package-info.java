/** Deltas between variants, made in the background, once for each pair. */
@NullMarked
package io.quantfleet.controlplane.delta;

import org.jspecify.annotations.NullMarked;
