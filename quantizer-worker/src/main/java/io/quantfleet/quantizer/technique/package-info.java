/**
 * Rewritings of the FP32 graph that leave its function as it is and make it easier to quantize: channels of unlike size
 * are equalized, high biases are absorbed, and values that no softmax can tell apart are cut off. Each says what it found
 * and what it did, in words for a report.
 */
@NullMarked
package io.quantfleet.quantizer.technique;

import org.jspecify.annotations.NullMarked;
