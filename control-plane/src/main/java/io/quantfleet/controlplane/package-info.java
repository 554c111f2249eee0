/**
 * The control plane: registry of models and devices, planner of quantization jobs, rollouts, delivery over MQTT, ingest
 * of what devices report. Each package below is one feature; this one holds what all of them share.
 */
@NullMarked
package io.quantfleet.controlplane;

import org.jspecify.annotations.NullMarked;
