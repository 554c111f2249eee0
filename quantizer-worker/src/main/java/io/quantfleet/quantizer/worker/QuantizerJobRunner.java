package io.quantfleet.quantizer.worker;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.v1.ProbeSet;
import io.quantfleet.protocols.v1.QuantizationRung;
import io.quantfleet.protocols.v1.QuantizationStep;
import io.quantfleet.quantizer.ModelFiles;
import io.quantfleet.quantizer.QuantizationListener;
import io.quantfleet.quantizer.QuantizationProgress;
import io.quantfleet.quantizer.QuantizationRequest;
import io.quantfleet.quantizer.QuantizationResult;
import io.quantfleet.quantizer.QuantizedVariant;
import io.quantfleet.quantizer.Quantizer;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.evaluate.Fidelity;
import io.quantfleet.quantizer.report.ReportJson;
import io.quantfleet.quantizer.search.Rung;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import io.quantfleet.quantizer.target.ProfileReader;
import io.quantfleet.quantizer.train.TrainingPoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Runs jobs with the quantizer library: one device class for each request. */
final class QuantizerJobRunner implements JobRunner {
    private final Quantizer quantizer;
    private final Checkpoints checkpoints;
    private final ProfileReader profiles = new ProfileReader();

    QuantizerJobRunner(Quantizer quantizer, Checkpoints checkpoints) {
        this.quantizer = quantizer;
        this.checkpoints = checkpoints;
    }

    @Override
    public JobResult run(QuantizationJob job, JobFiles files, JobProgress progress) {
        QuantizationRequest request = new QuantizationRequest(
                new ModelFiles(files.description(), files.calibration(), files.validation(), files.training()),
                List.of(profile(job.target())),
                job.options(),
                files.output(),
                Optional.of(checkpoints.of(job.id())));
        QuantizationResult result = quantizer.quantize(request, new Listener(progress));
        QuantizedVariant variant = result.variants().get(0);
        return new JobResult(
                variant.report().verdict().ready(),
                variant.report().verdict().reasons(),
                variant.file(),
                write(variant, files.output()),
                files.output().resolve(QuantizationResult.PAGE),
                variant.probeSet().getSamples(),
                variant.probeAccuracy(),
                fp32Accuracy(variant.probeSet()),
                ReportJson.ofVariant(variant.report()));
    }

    @Override
    public void ended(String jobId) {
        checkpoints.forget(jobId);
    }

    /** Passes on what the library tells. */
    private record Listener(JobProgress progress) implements QuantizationListener {
        @Override
        public void progressed(QuantizationProgress heard) {
            progress.report(step(heard.step()), heard.fraction());
        }

        @Override
        public void climbed(String deviceClass, Rung rung) {
            Fidelity after = rung.after();
            progress.climbed(QuantizationRung.newBuilder()
                    .setName(rung.name())
                    .setSeconds(rung.seconds())
                    .setGainDb(rung.gainDb())
                    .setSqnrDb(after.sqnrDb())
                    .setAgreement(after.agreement())
                    .setLossPoints(after.lossPoints())
                    .setBytes(rung.bytes())
                    .setGoalMet(rung.goalMet())
                    .build());
        }

        @Override
        public void trained(String deviceClass, TrainingPoint point) {
            progress.trained(io.quantfleet.protocols.v1.TrainingPoint.newBuilder()
                    .setEpoch(point.epoch())
                    .setFraction(point.fraction())
                    .setSeconds(point.seconds())
                    .setLoss(point.loss())
                    .setAccuracy(point.accuracy())
                    .build());
        }
    }

    private DeviceClassProfile profile(QuantizationJob.Target target) {
        DeviceClassProfile profile =
                profiles.read(target.profileYaml(), "the profile of device class " + target.deviceClass());
        if (!profile.name().equals(target.deviceClass())) {
            throw new QuantizerException(
                    ReasonCode.PROFILE_INVALID,
                    "the profile of device class " + target.deviceClass() + " is named " + profile.name());
        }
        return profile;
    }

    private static QuantizationStep step(QuantizationProgress.Step step) {
        return switch (step) {
            case READ -> QuantizationStep.QUANTIZATION_STEP_READ;
            case CALIBRATE -> QuantizationStep.QUANTIZATION_STEP_CALIBRATE;
            case QUANTIZE -> QuantizationStep.QUANTIZATION_STEP_QUANTIZE;
            case EVALUATE -> QuantizationStep.QUANTIZATION_STEP_EVALUATE;
        };
    }

    private static double fp32Accuracy(ProbeSet probes) {
        return IntStream.range(0, probes.getLabelsCount())
                .filter(place -> probes.getLabels(place) != LabelledSamples.NO_TARGET)
                .mapToDouble(place -> probes.getReference(place) == probes.getLabels(place) ? 1 : 0)
                .average()
                .orElseThrow();
    }

    private static Path write(QuantizedVariant variant, Path directory) {
        Path file = directory.resolve("probe-set");
        try {
            return Files.write(file, variant.probeSet().toByteArray());
        } catch (IOException e) {
            throw new QuantizerException(ReasonCode.STORAGE_FAILED, "can't write " + file + ": " + e, e);
        }
    }
}
