/** Lists over REST, a page at a time. */
@NullMarked
package io.quantfleet.controlplane.listing;

import org.jspecify.annotations.NullMarked;
