package io.quantfleet.quantizer.worker;

import io.quantfleet.protocols.v1.QuantizationJobRequested;
import io.quantfleet.quantizer.QuantizationOptions;

/**
 * One job: make one variant of one model version for one device class.
 *
 * @param id names the job, its final event and its work directory
 * @param model the model's name and version, for people
 * @param target for what to quantize
 * @param artifacts what to read
 * @param options how to quantize it, the accuracy budget and the size of the probe set included
 */
record QuantizationJob(String id, String model, Target target, JobArtifacts artifacts, QuantizationOptions options) {
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
                options(wire));
    }

    private static QuantizationOptions options(QuantizationJobRequested wire) {
        QuantizationOptions.Builder options =
                WireOptions.read(wire.getOptions()).seed(wire.getSeed()).probeSamples(wire.getProbeSamples());
        if (wire.hasBudget()) {
            options.maxLossPoints(wire.getBudget().getMaxLossPoints());
        }
        return options.build();
    }
}
