/** What was computed once and follows from contents alone, kept between runs. */
@NullMarked
package io.quantfleet.quantizer.cache;

import org.jspecify.annotations.NullMarked;
