package io.quantfleet.quantizer.form;

import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.quantize.QuantizedModel;
import io.quantfleet.quantizer.target.Form;
import io.quantfleet.quantizer.target.IntegerType;
import java.util.Set;

/**
 * Puts a whole model into one of the forms that need no calibration. Immutable.
 *
 * @param reducedRange whether products of bytes must not saturate, so that weights are unsigned
 * @param perTensor whether every weight gets a single scale
 * @param blocks how weights are divided and stored where they alone are quantized
 * @param excluded what stays in FP32, by label
 */
public record WholeModelForm(boolean reducedRange, boolean perTensor, WeightBlocks blocks, Set<String> excluded) {

    public WholeModelForm {
        excluded = Set.copyOf(excluded);
    }

    /**
     * Makes the variant.
     *
     * @param form one that needs no calibration
     * @throws io.quantfleet.quantizer.QuantizerException if there is nothing in the model that the form is for, or ONNX
     *     Runtime does not load the variant
     */
    public QuantizedModel quantize(PreparedModel prepared, Form form) {
        return switch (form) {
            case DYNAMIC_INT8 -> DynamicInt8.quantize(prepared, dynamic());
            case WEIGHT_ONLY_INT8 -> WeightOnly.quantize(prepared, new WeightOnlyOptions(Byte.SIZE, blocks, excluded));
            case WEIGHT_ONLY_INT4 ->
                WeightOnly.quantize(prepared, new WeightOnlyOptions(Byte.SIZE / 2, blocks, excluded));
            case FP16 -> HalfStorage.quantize(prepared, excluded);
            case STATIC_INT8, A16W8 -> throw new IllegalArgumentException(form.label() + " needs calibration");
        };
    }

    // Unsigned weights are exact where signed ones saturate, which is what a reduced range is asked for.
    private DynamicOptions dynamic() {
        return new DynamicOptions(
                reducedRange ? IntegerType.UINT8 : IntegerType.INT8, !reducedRange && !perTensor, false, excluded);
    }
}
