package io.quantfleet.quantizer.worker;

import io.quantfleet.protocols.v1.QuantizationJobRequested;
import java.util.Optional;

/**
 * One job: make one variant of one model version for one device class.
 *
 * @param id names the job, its final event and its work directory
 * @param model the model's name and version, for people
 * @param target for what to quantize
 * @param artifacts what to read
 * @param maxLossPoints percentage points of accuracy that the variant may lose against FP32; empty for the profile's own
 *     budget
 * @param seed makes every choice at random repeatable
 * @param probeSamples size of the probe set to cut from the validation samples
 */
record QuantizationJob(
        String id,
        String model,
        Target target,
        JobArtifacts artifacts,
        Optional<Double> maxLossPoints,
        long seed,
        int probeSamples) {
    /**
     * What the variant shall run on.
     *
     * @param profileYaml the device class's profile as it was when the job was planned
     */
    record Target(String deviceClass, String profileYaml) {
        Target {
            if (deviceClass.isBlank() || profileYaml.isBlank()) {
                throw new IllegalArgumentException("the device class or its profile is missing");
            }
        }
    }

    QuantizationJob {
        if (id.isBlank()) {
            throw new IllegalArgumentException("the job has no id");
        }
        if (maxLossPoints.filter(points -> !(points >= 0 && points <= 100)).isPresent()) {
            throw new IllegalArgumentException(
                    "the accuracy budget is " + maxLossPoints.orElseThrow() + " points, not 0 to 100");
        }
        if (probeSamples < 1) {
            throw new IllegalArgumentException("the probe set has " + probeSamples + " samples, not at least 1");
        }
    }

    /**
     * Reads the wire form.
     *
     * @throws IllegalArgumentException if a field is missing or out of its range
     */
    static QuantizationJob of(QuantizationJobRequested wire) {
        if (!wire.hasArtifacts()) {
            throw new IllegalArgumentException("the job's artifacts are missing");
        }
        return new QuantizationJob(
                wire.getJobId(),
                wire.getModelName() + ":" + wire.getModelVersion(),
                new Target(wire.getDeviceClass(), wire.getProfileYaml()),
                JobArtifacts.of(wire.getArtifacts()),
                wire.hasBudget() ? Optional.of(wire.getBudget().getMaxLossPoints()) : Optional.empty(),
                wire.getSeed(),
                wire.getProbeSamples());
    }
}
