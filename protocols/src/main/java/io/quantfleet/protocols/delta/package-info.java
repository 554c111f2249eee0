/** Deltas: how one artifact is made of another one that is at hand, and a patch. */
@NullMarked
package io.quantfleet.protocols.delta;

import org.jspecify.annotations.NullMarked;
