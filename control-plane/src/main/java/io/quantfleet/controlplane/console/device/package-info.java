/** Devices: the list that is filtered and sorted by its URL, and the page of one device. */
@NullMarked
package io.quantfleet.controlplane.console.device;

import org.jspecify.annotations.NullMarked;
