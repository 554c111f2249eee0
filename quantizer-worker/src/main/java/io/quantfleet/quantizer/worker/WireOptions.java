package io.quantfleet.quantizer.worker;

import io.quantfleet.quantizer.OptionNames;
import io.quantfleet.quantizer.QuantizationOptions;
import io.quantfleet.quantizer.TrainingOptions;
import io.quantfleet.quantizer.evaluate.LikelihoodBudget;
import io.quantfleet.quantizer.form.BlockEncoding;
import io.quantfleet.quantizer.form.GptqOptions;
import io.quantfleet.quantizer.form.WeightBlocks;
import io.quantfleet.quantizer.train.TrainingOptimizer;
import io.quantfleet.quantizer.train.TrainingSettings;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads the options that a job carries. */
final class WireOptions {
    private WireOptions() {}

    /**
     * Options of the library, to be completed with what a job says beside them.
     *
     * @throws IllegalArgumentException if there is no such name, or a number is out of its bounds
     */
    static QuantizationOptions.Builder read(io.quantfleet.protocols.v1.QuantizationOptions wire) {
        QuantizationOptions.Builder options = QuantizationOptions.builder()
                .perTensorWeights(wire.getPerTensorWeights())
                .reducedRange(wire.getReducedRange())
                .excluded(wire.getExcludedList());
        if (!wire.getMethod().isEmpty()) {
            options.method(OptionNames.method(wire.getMethod()));
        }
        if (!wire.getCalibration().isEmpty()) {
            options.calibration(OptionNames.calibration(wire.getCalibration()));
        }
        if (wire.getTechniquesCount() > 0) {
            options.techniques(wire.getTechniquesList().stream()
                    .map(OptionNames::technique)
                    .collect(Collectors.toSet()));
        }
        options.weightBlocks(blocks(wire));
        options.halves(wire.getFloat16Rest());
        options.gptq(new GptqOptions(
                wire.hasGptqDamping()
                        ? wire.getGptqDamping()
                        : GptqOptions.usual().damping(),
                wire.getGptqActivationOrder()));
        if (!wire.getObjective().isEmpty()) {
            options.objective(OptionNames.objective(wire.getObjective()));
        }
        if (wire.hasMinAgreement()) {
            options.minAgreement(wire.getMinAgreement());
        }
        if (wire.hasMaxPerplexityIncrease() || wire.hasMaxDivergence()) {
            options.likelihood(likelihood(wire));
        }
        if (wire.getCalibrationSamples() != 0) {
            options.calibrationSamples(wire.getCalibrationSamples());
        }
        options.training(training(wire));
        return options;
    }

    private static LikelihoodBudget likelihood(io.quantfleet.protocols.v1.QuantizationOptions wire) {
        return new LikelihoodBudget(
                wire.hasMaxPerplexityIncrease()
                        ? wire.getMaxPerplexityIncrease()
                        : LikelihoodBudget.usual().maxIncreasePercent(),
                wire.hasMaxDivergence() ? Optional.of(wire.getMaxDivergence()) : Optional.empty());
    }

    private static TrainingOptions training(io.quantfleet.protocols.v1.QuantizationOptions wire) {
        TrainingOptions training = TrainingOptions.USUAL.withDistillation(wire.getDistillation());
        if (wire.getEpochs() != 0) {
            training = training.withEpochs(wire.getEpochs());
        }
        if (wire.getTrainingMinutes() != 0) {
            training = training.withTime(Duration.ofMinutes(wire.getTrainingMinutes()));
        }
        if (wire.getLearningRate() != 0) {
            training = training.withLearningRate(wire.getLearningRate());
        }
        return training.withMethod(trainingMethod(wire));
    }

    private static TrainingSettings.Method trainingMethod(io.quantfleet.protocols.v1.QuantizationOptions wire) {
        TrainingSettings.Method method = TrainingSettings.Method.USUAL;
        if (!wire.getOptimizer().isEmpty()) {
            method = method.withOptimizer(TrainingOptimizer.ofWireName(wire.getOptimizer()));
        }
        if (wire.getPatience() != 0) {
            method = method.withPatience(wire.getPatience());
        }
        int batch = wire.getBatch() == 0 ? method.batch() : wire.getBatch();
        int accumulation = wire.getAccumulation() == 0 ? method.accumulation() : wire.getAccumulation();
        return method.withBatches(batch, accumulation).withZeroPoints(wire.getLearnedZeroPoints());
    }

    private static WeightBlocks blocks(io.quantfleet.protocols.v1.QuantizationOptions wire) {
        WeightBlocks usual = WeightBlocks.usual();
        return new WeightBlocks(
                wire.getBlockSize() == 0 ? usual.size() : wire.getBlockSize(),
                !wire.getAsymmetricBlocks(),
                wire.hasAccuracyLevel() ? wire.getAccuracyLevel() : usual.accuracyLevel(),
                wire.getBlockEncoding().isEmpty()
                        ? usual.encoding()
                        : Optional.of(BlockEncoding.ofLabel(wire.getBlockEncoding())));
    }
}
