/** The first page: how the fleets fare, what needs attention, what is under way. */
@NullMarked
package io.quantfleet.controlplane.console.overview;

import org.jspecify.annotations.NullMarked;
