package io.quantfleet.quantizer.target;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What a kind of hardware with one runtime can execute, and what is expected of a model there.
 *
 * @param name how the class is called in fleets, jobs and file names
 * @param title how people call it
 * @param description what it is, in a sentence or two; may be empty
 * @param runtime what executes the model on the device
 * @param weights how weights are stored
 * @param activations how tensors that are computed are stored
 * @param bias how biases are stored
 * @param forms ways to quantize a whole model that the runtime executes, the one to try first at the head
 * @param layers precisions that a single operator may have in a variant of mixed precision
 * @param operators which operators are quantized
 * @param everyOperator whether a model is refused if one of its operators on floats stays unquantized
 * @param staticShapes whether all dimensions are fixed, the batch to 1
 * @param int8Kernels whether an operator stays in FP32 if ONNX Runtime chooses no int8 kernel for it
 * @param memoryMiB memory that a model may take
 * @param latencyMs objective for the median of one inference
 * @param latencyTable how long operators take on the device; empty where they are to be timed instead
 * @param minAgreement fraction of samples on which a variant must choose what FP32 chooses
 * @param maxLossPoints accuracy budget where none is given, in percentage points
 */
public record DeviceClassProfile(
        String name,
        String title,
        String description,
        String runtime,
        Weights weights,
        Activations activations,
        Bias bias,
        List<Form> forms,
        Set<Precision> layers,
        OperatorSet operators,
        boolean everyOperator,
        boolean staticShapes,
        Kernels int8Kernels,
        OptionalLong memoryMiB,
        OptionalDouble latencyMs,
        LatencyTable latencyTable,
        OptionalDouble minAgreement,
        OptionalDouble maxLossPoints) {

    /**
     * How weights are stored.
     *
     * @param type the integer type; of int4, -8 is not used
     * @param symmetric whether zero points are 0
     * @param perChannel operators whose weights get a scale for each output channel
     * @param reducedRange whether they keep to 7 bits, for x86 processors without VNNI
     */
    public record Weights(IntegerType type, boolean symmetric, OperatorSet perChannel, boolean reducedRange) {
        public Weights {
            if (type.bytes() > 1) {
                throw new IllegalArgumentException("weights are int4, int8 or uint8, not " + type);
            }
            if (symmetric && !type.signed()) {
                throw new IllegalArgumentException("symmetric weights, whose zero point is 0, must be int4 or int8");
            }
            if (type == IntegerType.INT4 && (!symmetric || reducedRange)) {
                throw new IllegalArgumentException(
                        "weights of type int4 are symmetric, and have no range to reduce: it is -7 to 7");
            }
            if (!symmetric && (perChannel.all() || !perChannel.names().isEmpty())) {
                throw new IllegalArgumentException("weights with a scale for each channel must be symmetric");
            }
        }
    }

    /**
     * How tensors that are computed are stored.
     *
     * @param type the integer type
     * @param symmetric whether zero points are 0
     * @param outputs which outputs of quantized operators are quantized
     */
    public record Activations(IntegerType type, boolean symmetric, Outputs outputs) {
        public Activations {
            if (symmetric && !type.signed()) {
                throw new IllegalArgumentException("symmetric activations, whose zero point is 0, must be signed");
            }
            if (type == IntegerType.INT4) {
                throw new IllegalArgumentException("activations have 8 or 16 bits");
            }
        }
    }

    /** Which outputs of quantized operators are quantized. */
    public enum Outputs {
        /** Every one. */
        @JsonProperty("every")
        EVERY,
        /** Only those that another quantized operator reads. */
        @JsonProperty("as-read")
        AS_READ
    }

    /** How biases are stored. */
    public enum Bias {
        /** As integers of the accumulator's scale. */
        @JsonProperty("int32")
        INT32,
        /** As they are. */
        @JsonProperty("float32")
        FLOAT32
    }

    /** Whether ONNX Runtime must choose an int8 kernel for an operator that is quantized. */
    public enum Kernels {
        @JsonProperty("required")
        REQUIRED,
        @JsonProperty("optional")
        OPTIONAL
    }

    public DeviceClassProfile {
        forms = List.copyOf(forms);
        if (forms.isEmpty() || layers.isEmpty()) {
            throw new IllegalArgumentException("forms and layers name at least one each");
        }
        layers = Collections.unmodifiableSet(EnumSet.copyOf(layers));
        if (everyOperator && !operators.all()) {
            throw new IllegalArgumentException("everyOperator needs \"operators: all\"");
        }
        if (everyOperator && activations.outputs() != Outputs.EVERY) {
            throw new IllegalArgumentException("everyOperator needs \"outputs: every\"");
        }
        if (weights.type() == IntegerType.INT4 && int8Kernels == Kernels.REQUIRED) {
            throw new IllegalArgumentException(
                    "ONNX Runtime has no integer kernels for int4 weights: they need \"int8Kernels: optional\"");
        }
        if (everyOperator && layers.contains(Precision.FLOAT32)) {
            throw new IllegalArgumentException("everyOperator leaves no layer in float32");
        }
    }

    /** The accuracy budget to apply: the one given with a model, else this class's own, else half a point. */
    public double lossBudget(Optional<Double> given) {
        return given.orElse(maxLossPoints.orElse(0.5));
    }

    /** The agreement to ask for: the one given with a model, else this class's own; empty for no condition. */
    public Optional<Double> agreementBudget(Optional<Double> given) {
        return given.or(() -> minAgreement.isPresent() ? Optional.of(minAgreement.getAsDouble()) : Optional.empty());
    }

    /** This profile with a single scale for every weight. */
    public DeviceClassProfile withWeightsPerTensor() {
        Weights perTensor = new Weights(weights.type(), weights.symmetric(), OperatorSet.of(), weights.reducedRange());
        return with(perTensor, activations, layers, everyOperator, int8Kernels);
    }

    /** This profile without demands on what must be quantized: for variants that are only compared. */
    public DeviceClassProfile withoutDemands() {
        Set<Precision> any = EnumSet.copyOf(layers);
        any.add(Precision.FLOAT32);
        return with(weights, activations, any, false, Kernels.OPTIONAL);
    }

    /** This profile with activations in 16 bits, signed as they are. */
    public DeviceClassProfile withWideActivations() {
        IntegerType wide = activations.type().signed() ? IntegerType.INT16 : IntegerType.UINT16;
        return with(
                weights,
                new Activations(wide, activations.symmetric(), activations.outputs()),
                layers,
                everyOperator,
                Kernels.OPTIONAL);
    }

    private DeviceClassProfile with(
            Weights otherWeights,
            Activations otherActivations,
            Set<Precision> otherLayers,
            boolean everyOne,
            Kernels kernels) {
        return new DeviceClassProfile(
                name,
                title,
                description,
                runtime,
                otherWeights,
                otherActivations,
                bias,
                forms,
                otherLayers,
                operators,
                everyOne,
                staticShapes,
                kernels,
                memoryMiB,
                latencyMs,
                latencyTable,
                minAgreement,
                maxLossPoints);
    }
}
