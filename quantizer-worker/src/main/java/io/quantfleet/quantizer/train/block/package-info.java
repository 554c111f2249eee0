/** Rounding that is learned for the layers of a block together, on PyTorch. */
@NullMarked
package io.quantfleet.quantizer.train.block;

import org.jspecify.annotations.NullMarked;
