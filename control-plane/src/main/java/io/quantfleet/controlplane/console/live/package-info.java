/** The stream of events of open pages: which of what they show has changed. */
@NullMarked
package io.quantfleet.controlplane.console.live;

import org.jspecify.annotations.NullMarked;
