/** The health of the parts that the control plane depends on, for the footer. */
@NullMarked
package io.quantfleet.controlplane.console.parts;

import org.jspecify.annotations.NullMarked;
