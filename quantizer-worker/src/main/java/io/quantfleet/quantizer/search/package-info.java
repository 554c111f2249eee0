/**
 * The search for a variant that keeps its accuracy: a ladder of techniques from cheap to dear, climbed only as far as
 * needed, and an account of every rung.
 */
@NullMarked
package io.quantfleet.quantizer.search;

import org.jspecify.annotations.NullMarked;
