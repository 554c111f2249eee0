package io.quantfleet.quantizer;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What to make of a model.
 *
 * @param files the model and its data sets
 * @param profiles one variant is made for each
 * @param maxLossPoints percentage points of accuracy that a variant may lose; empty for each profile's own budget
 * @param seed settles everything that is chosen at random
 * @param probeSamples how many validation samples the probe set has, at most
 * @param output the directory for the variants, made if it is not there
 */
public record QuantizationRequest(
        ModelFiles files,
        List<DeviceClassProfile> profiles,
        Optional<Double> maxLossPoints,
        long seed,
        int probeSamples,
        Path output) {

    public QuantizationRequest {
        profiles = List.copyOf(profiles);
        if (profiles.isEmpty() || probeSamples < 1) {
            throw new IllegalArgumentException("a request has at least one profile and one probe sample");
        }
        if (maxLossPoints.filter(points -> !(points >= 0 && points <= 100)).isPresent()) {
            throw new IllegalArgumentException("a budget is 0 to 100 points, not " + maxLossPoints.orElseThrow());
        }
        Set<String> names = new HashSet<>();
        for (DeviceClassProfile profile : profiles) {
            if (!names.add(profile.name())) {
                throw new QuantizerException(
                        ReasonCode.PROFILE_INVALID,
                        "the device class " + profile.name() + " is asked for twice; give each name once");
            }
        }
    }
}
