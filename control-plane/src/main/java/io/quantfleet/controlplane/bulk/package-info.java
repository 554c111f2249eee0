/** What is done to many devices at once: labels, moving to another fleet, decommissioning. */
@NullMarked
package io.quantfleet.controlplane.bulk;

import org.jspecify.annotations.NullMarked;
