/** Tells open pages that something they show has changed: one poll of the database for all of them. */
@NullMarked
package io.quantfleet.controlplane.console.live;

import org.jspecify.annotations.NullMarked;
