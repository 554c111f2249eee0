/** Rollouts and how each device fares in them. */
@NullMarked
package io.quantfleet.controlplane.console.rollout;

import org.jspecify.annotations.NullMarked;
