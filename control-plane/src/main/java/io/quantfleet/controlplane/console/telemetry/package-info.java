/** Latency and accuracy over time: roll-ups merged into chart points, percentiles from merged histograms only. */
@NullMarked
package io.quantfleet.controlplane.console.telemetry;

import org.jspecify.annotations.NullMarked;
