/**
 * What the device measures, on its way out: Micrometer meters whose intervals become telemetry windows, which are kept
 * on disk until the broker has them.
 */
@NullMarked
package io.quantfleet.agent.telemetry;

import org.jspecify.annotations.NullMarked;
