package io.quantfleet.quantizer.calibration;

import java.util.Map;

/**
 * What one run showed.
 *
 * @param samples how many samples were in it
 * @param extremes by tensor, its least and greatest value; not finite if one of its values is not
 * @param means by tensor, the means of its channels
 */
record Sighting(int samples, Map<String, Extremes> extremes, Map<String, float[]> means) {

    /** A tensor's least and greatest value. */
    record Extremes(float least, float greatest) {
        /** A value was no finite number. */
        static final Extremes NOT_FINITE = new Extremes(Float.NaN, Float.NaN);

        boolean finite() {
            return Float.isFinite(least) && Float.isFinite(greatest);
        }
    }
}
