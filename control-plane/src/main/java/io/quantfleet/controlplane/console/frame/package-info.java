/** What all pages share: the frame around them, units, times and states as people read them, headers, errors, assets. */
@NullMarked
package io.quantfleet.controlplane.console.frame;

import org.jspecify.annotations.NullMarked;
