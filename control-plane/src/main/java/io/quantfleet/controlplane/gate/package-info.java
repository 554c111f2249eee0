/**
 * Gates: what lets the next stage of a rollout open, or stops it. Plain decisions on figures that devices measured; the
 * rollout engine gathers the figures and acts on the verdicts.
 */
@NullMarked
package io.quantfleet.controlplane.gate;

import org.jspecify.annotations.NullMarked;
