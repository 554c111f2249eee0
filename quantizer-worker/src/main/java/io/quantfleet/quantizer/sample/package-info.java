/**
 * The sample model that ships with the program, so that a newcomer needs no model of their own: sixteen pictograms and a
 * small depthwise-separable network. How it is made is in the folder {@code src/sample}.
 */
@NullMarked
package io.quantfleet.quantizer.sample;

import org.jspecify.annotations.NullMarked;
