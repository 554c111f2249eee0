/** Tells open pages and streams of events that something has changed: one poll of the database for all of them. */
@NullMarked
package io.quantfleet.controlplane.live;

import org.jspecify.annotations.NullMarked;
