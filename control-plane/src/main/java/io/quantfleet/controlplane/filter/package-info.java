/**
 * The language that selects devices, fleets and rollouts: {@code class = rpi-cpu and label.site in (berlin, lyon) and
 * agent >= 1.2}. A text is parsed ({@link FilterParsing}, by ANTLR) to an {@link Expression}, what was written; a {@link
 * FilterFields} gives its names a meaning, which makes it a {@link Filter}, to be asked in memory or as SQL. Both give the
 * same answer.
 */
@NullMarked
package io.quantfleet.controlplane.filter;

import org.jspecify.annotations.NullMarked;
