package io.quantfleet.quantizer.quantize;

import io.quantfleet.quantizer.calibration.Histogram;
import io.quantfleet.quantizer.calibration.MinMax;
import io.quantfleet.quantizer.calibration.Range;
import java.util.Optional;

/**
 * The range that a computed tensor's integers express, beside what was seen of its values.
 *
 * @param tensor its name
 * @param method how the range was chosen
 * @param seen from the least to the greatest value seen
 * @param chosen what is expressed; what lies beyond is cut off
 * @param histogram how often which values came, where that was collected
 */
public record TensorClip(String tensor, String method, Range seen, Range chosen, Optional<Histogram> histogram) {

    /** The same with nothing cut off. */
    TensorClip unclipped() {
        return new TensorClip(tensor, new MinMax().name(), seen, seen, histogram);
    }
}
