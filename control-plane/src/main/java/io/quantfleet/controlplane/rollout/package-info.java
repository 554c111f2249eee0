/** Rollouts: which device gets which variant, how far each got, and when the whole has succeeded or failed. */
@NullMarked
package io.quantfleet.controlplane.rollout;

import org.jspecify.annotations.NullMarked;
