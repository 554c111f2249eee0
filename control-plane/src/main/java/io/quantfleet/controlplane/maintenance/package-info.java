/** Maintenance windows: when the devices of a fleet may be asked to install. */
@NullMarked
package io.quantfleet.controlplane.maintenance;

import org.jspecify.annotations.NullMarked;
