/** {@code quantfleet fleet}: fleets at a control plane. */
@NullMarked
package io.quantfleet.cli.fleet;

import org.jspecify.annotations.NullMarked;
