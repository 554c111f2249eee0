/**
 * What other tools want to know of a variant, read from the finished file: files that stand beside it.
 */
@NullMarked
package io.quantfleet.quantizer.exchange;

import org.jspecify.annotations.NullMarked;
