/** Latencies as mergeable histograms: checked when they come in, added up, never averaged. */
@NullMarked
package io.quantfleet.controlplane.latency;

import org.jspecify.annotations.NullMarked;
