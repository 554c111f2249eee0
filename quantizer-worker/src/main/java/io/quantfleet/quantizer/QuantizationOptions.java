package io.quantfleet.quantizer;

import io.quantfleet.quantizer.calibration.MinMax;
import io.quantfleet.quantizer.calibration.RangeMethod;
import io.quantfleet.quantizer.evaluate.LikelihoodBudget;
import io.quantfleet.quantizer.form.GptqOptions;
import io.quantfleet.quantizer.form.WeightBlocks;
import io.quantfleet.quantizer.search.Objective;
import io.quantfleet.quantizer.search.Technique;
import io.quantfleet.quantizer.target.Form;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * How a model is quantized. Immutable; {@link #builder()} starts from what suits most models.
 *
 * @param method whether to search for the best variant, or to do what is said here
 * @param calibration how ranges are chosen, by {@link Method#AUTO} at first only
 * @param techniques what may be used by {@link Method#AUTO}, and what is used by {@link Method#STATIC} and the methods after
 *     it, which add their own
 * @param perTensorWeights whether every weight gets a single scale, whatever the profile allows
 * @param reducedRange whether weights keep to 7 bits, as x86 processors without VNNI need them
 * @param excluded operators that stay in FP32: names in which {@code *} stands for any text, {@code op:KIND},
 *     {@code first} or {@code last}
 * @param weightBlocks how weights that are quantized alone are divided and stored
 * @param halves whether methods that quantize weights alone store what they don't quantize as 16-bit floats
 * @param gptq how {@link Method#GPTQ} rounds
 * @param objective what mixed precision spends as little of as it can
 * @param maxLossPoints percentage points of accuracy that a variant may lose; empty for each profile's own budget
 * @param minAgreement the fraction of samples for which a variant must choose what FP32 chooses; empty for no condition
 * @param likelihood how far a variant of a language model may be from FP32; empty for three per cent of perplexity
 * @param calibrationSamples how many of the calibration samples are used, at most; spread evenly over the data set
 * @param seed settles everything that is chosen at random
 * @param training how it is trained, where that is done
 * @param probeSamples how many validation samples the probe set has, at most
 */
public record QuantizationOptions(
        Method method,
        RangeMethod calibration,
        Set<Technique> techniques,
        boolean perTensorWeights,
        boolean reducedRange,
        List<String> excluded,
        WeightBlocks weightBlocks,
        boolean halves,
        GptqOptions gptq,
        Objective objective,
        Optional<Double> maxLossPoints,
        Optional<Double> minAgreement,
        Optional<LikelihoodBudget> likelihood,
        int calibrationSamples,
        long seed,
        TrainingOptions training,
        int probeSamples) {

    /** How a variant is arrived at. */
    public enum Method {
        /** Climbs from cheap techniques to dear ones until a variant is accurate enough. */
        AUTO,
        /** Quantizes once, with scales fixed beforehand, and uses the techniques that are asked for. */
        STATIC,
        /** {@link #STATIC}, with SmoothQuant. */
        SMOOTHQUANT,
        /** {@link #STATIC}, with rounding that is learned. */
        ADAROUND,
        /** {@link #STATIC}, with rounding that is learned for the layers of a block together. */
        BRECQ,
        /** {@link #STATIC}, trained with fake quantization. */
        QAT,
        /** Weights in 8 bits, activations in 8 bits with scales found anew at every run. */
        DYNAMIC,
        /** Weights alone, in 8 bits. */
        WEIGHT_ONLY_INT8,
        /** Weights alone, in 4 bits. */
        WEIGHT_ONLY_INT4,
        /** Weights stored as 16-bit floats. */
        FP16_STORAGE,
        /** Weights alone, in 4 bits, rounded so that layers give what they gave. */
        GPTQ,
        /** Weights alone, in 4 bits, those enlarged that meet large activations. */
        AWQ;

        /** Its name on the command line and in jobs, like {@code weight-only-int4}. */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** Whether calibration samples are needed. */
        public boolean calibrates() {
            return this == AUTO
                    || this == STATIC
                    || this == GPTQ
                    || this == AWQ
                    || technique().isPresent();
        }

        /** Whether weights alone are quantized, which can be done from file to file. */
        public boolean weightOnly() {
            return this == WEIGHT_ONLY_INT8 || this == WEIGHT_ONLY_INT4;
        }

        /** Whether weights are stored in blocks. */
        public boolean inBlocks() {
            return weightOnly() || this == GPTQ || this == AWQ;
        }

        /** The technique that the method is named for. */
        Optional<Technique> technique() {
            return switch (this) {
                case SMOOTHQUANT -> Optional.of(Technique.SMOOTH_QUANT);
                case ADAROUND -> Optional.of(Technique.ADAROUND);
                case BRECQ -> Optional.of(Technique.BLOCK_RECONSTRUCTION);
                case QAT -> Optional.of(Technique.QAT);
                default -> Optional.empty();
            };
        }

        /** The form that profiles call by that name; empty for those that profiles have their own words for. */
        Optional<Form> form() {
            return switch (this) {
                case AUTO, STATIC, SMOOTHQUANT, ADAROUND, BRECQ, QAT -> Optional.empty();
                case DYNAMIC -> Optional.of(Form.DYNAMIC_INT8);
                case WEIGHT_ONLY_INT8 -> Optional.of(Form.WEIGHT_ONLY_INT8);
                case WEIGHT_ONLY_INT4, GPTQ, AWQ -> Optional.of(Form.WEIGHT_ONLY_INT4);
                case FP16_STORAGE -> Optional.of(Form.FP16);
            };
        }
    }

    public QuantizationOptions {
        techniques = Set.copyOf(techniques);
        excluded = List.copyOf(excluded);
        if (maxLossPoints.filter(points -> !(points >= 0 && points <= 100)).isPresent()) {
            throw new IllegalArgumentException("a budget is 0 to 100 points, not " + maxLossPoints.orElseThrow());
        }
        if (minAgreement.filter(share -> !(share >= 0 && share <= 1)).isPresent()) {
            throw new IllegalArgumentException("an agreement is 0 to 1, not " + minAgreement.orElseThrow());
        }
        if (calibrationSamples < 1 || probeSamples < 1) {
            throw new IllegalArgumentException("at least one sample is needed for calibration and as a probe");
        }
    }

    /** What suits most models: the search, with all techniques. */
    public static QuantizationOptions defaults() {
        return builder().build();
    }

    /** Starts from {@link #defaults()}. */
    public static Builder builder() {
        return new Builder();
    }

    /** Builds options. Not for use by several threads. */
    public static final class Builder {
        private Method method = Method.AUTO;
        private RangeMethod calibration = new MinMax();
        private Optional<Set<Technique>> techniques = Optional.empty();
        private boolean perTensorWeights;
        private boolean reducedRange;
        private List<String> excluded = List.of();
        private WeightBlocks weightBlocks = WeightBlocks.usual();
        private boolean halves;
        private GptqOptions gptq = GptqOptions.usual();
        private Objective objective = Objective.LATENCY;
        private Optional<Double> maxLossPoints = Optional.empty();
        private Optional<Double> minAgreement = Optional.empty();
        private Optional<LikelihoodBudget> likelihood = Optional.empty();
        private int calibrationSamples = 500;
        private long seed = 1;
        private TrainingOptions training = TrainingOptions.USUAL;
        private int probeSamples = 100;

        private Builder() {}

        /** Whether to search or to do as told; {@link Method#AUTO} if this is not called. */
        public Builder method(Method value) {
            method = value;
            return this;
        }

        /** How ranges are chosen; from least to greatest if this is not called. */
        public Builder calibration(RangeMethod value) {
            calibration = value;
            return this;
        }

        /** The techniques; all but block reconstruction for {@link Method#AUTO} and none for the others if this is not called. */
        public Builder techniques(Set<Technique> value) {
            techniques = Optional.of(value);
            return this;
        }

        /** Gives every weight a single scale. */
        public Builder perTensorWeights(boolean value) {
            perTensorWeights = value;
            return this;
        }

        /** Keeps weights to 7 bits. */
        public Builder reducedRange(boolean value) {
            reducedRange = value;
            return this;
        }

        /** Leaves operators in FP32. */
        public Builder excluded(List<String> value) {
            excluded = List.copyOf(value);
            return this;
        }

        /** How weights that are quantized alone are divided and stored; {@link WeightBlocks#usual()} if not called. */
        public Builder weightBlocks(WeightBlocks value) {
            weightBlocks = value;
            return this;
        }

        /** Stores what methods that quantize weights alone leave out as 16-bit floats. */
        public Builder halves(boolean value) {
            halves = value;
            return this;
        }

        /** How {@link Method#GPTQ} rounds; {@link GptqOptions#usual()} if not called. */
        public Builder gptq(GptqOptions value) {
            gptq = value;
            return this;
        }

        /** What mixed precision spends as little of as it can; time if this is not called. */
        public Builder objective(Objective value) {
            objective = value;
            return this;
        }

        /** The accuracy budget, in percentage points. */
        public Builder maxLossPoints(double value) {
            maxLossPoints = Optional.of(value);
            return this;
        }

        /** The agreement with FP32 that is asked for, 0 to 1. */
        public Builder minAgreement(double value) {
            minAgreement = Optional.of(value);
            return this;
        }

        /** How far a variant of a language model may be from FP32; {@link LikelihoodBudget#usual()} if not called. */
        public Builder likelihood(LikelihoodBudget value) {
            likelihood = Optional.of(value);
            return this;
        }

        /** How many calibration samples are used, at most; 500 if this is not called. */
        public Builder calibrationSamples(int value) {
            calibrationSamples = value;
            return this;
        }

        /** Settles what is chosen at random; 1 if this is not called. */
        public Builder seed(long value) {
            seed = value;
            return this;
        }

        /** How variants are trained, where they are; {@link TrainingOptions#USUAL} if this is not called. */
        public Builder training(TrainingOptions value) {
            training = value;
            return this;
        }

        /** How many samples the probe set has, at most; 100 if this is not called. */
        public Builder probeSamples(int value) {
            probeSamples = value;
            return this;
        }

        /**
         * The options.
         *
         * @throws IllegalArgumentException if a number is out of its bounds
         */
        public QuantizationOptions build() {
            Set<Technique> used = EnumSet.noneOf(Technique.class);
            used.addAll(techniques.orElse(
                    method == Method.AUTO
                            ? EnumSet.complementOf(EnumSet.of(Technique.BLOCK_RECONSTRUCTION))
                            : Set.of()));
            method.technique().ifPresent(used::add);
            return new QuantizationOptions(
                    method,
                    calibration,
                    used,
                    perTensorWeights,
                    reducedRange,
                    excluded,
                    weightBlocks,
                    halves,
                    gptq,
                    objective,
                    maxLossPoints,
                    minAgreement,
                    likelihood,
                    calibrationSamples,
                    seed,
                    training,
                    probeSamples);
        }
    }
}
