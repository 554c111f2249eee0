/**
 * Measuring a variant beside the FP32 model that it was made from, on the validation samples: accuracy, agreement,
 * signal over noise at the output and latency; the verdict over these figures; and the probe set that travels with it.
 * FP32 is run once, however many variants there are.
 */
@NullMarked
package io.quantfleet.quantizer.evaluate;

import org.jspecify.annotations.NullMarked;
