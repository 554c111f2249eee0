package io.quantfleet.quantizer.search;

import io.quantfleet.quantizer.TrainingOptions;
import io.quantfleet.quantizer.calibration.RangeMethod;
import java.util.List;
import java.util.Set;

/**
 * How a search goes about.
 *
 * @param forced whether techniques are used whether they gain or not, and all of them: the user chose
 * @param ranges how ranges are chosen at first
 * @param techniques what may be used
 * @param perTensorWeights whether every weight gets a single scale, whatever the profile allows
 * @param reducedRange whether weights keep to 7 bits
 * @param objective what mixed precision spends as little of as it can
 * @param excluded what stays in FP32, see {@link ExcludedLayers}
 * @param training how it is trained, where that is done
 * @param seed settles what is drawn at random
 */
public record SearchOptions(
        boolean forced,
        RangeMethod ranges,
        Set<Technique> techniques,
        boolean perTensorWeights,
        boolean reducedRange,
        Objective objective,
        List<String> excluded,
        TrainingOptions training,
        long seed) {

    public SearchOptions {
        techniques = Set.copyOf(techniques);
        excluded = List.copyOf(excluded);
    }
}
