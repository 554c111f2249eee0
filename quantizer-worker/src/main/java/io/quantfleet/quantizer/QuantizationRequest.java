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
 * @param options how they are made
 * @param output the directory for the variants, made if it is not there
 * @param checkpoints a directory in which trainings note how far they are, and from which they go on, made if it is not
 *     there and left to the caller; empty where they begin anew
 */
public record QuantizationRequest(
        ModelFiles files,
        List<DeviceClassProfile> profiles,
        QuantizationOptions options,
        Path output,
        Optional<Path> checkpoints) {

    /** Without checkpoints. */
    public QuantizationRequest(
            ModelFiles files, List<DeviceClassProfile> profiles, QuantizationOptions options, Path output) {
        this(files, profiles, options, output, Optional.empty());
    }

    public QuantizationRequest {
        profiles = List.copyOf(profiles);
        checkProfiles(profiles);
    }

    /** Refuses none, and two of a name. */
    static void checkProfiles(List<DeviceClassProfile> profiles) {
        if (profiles.isEmpty()) {
            throw new IllegalArgumentException("a request has at least one profile");
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
